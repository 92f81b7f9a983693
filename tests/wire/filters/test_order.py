from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.utils.search_utils import SearchUtils

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.grammar import parse_order_term
from brickyard.wire.filters.order import MAX_TERMS, order_field, parse_order_by, with_ties
from brickyard.wire.filters.tree import Entity, OrderTerm
from brickyard.wire.filters.vocabulary import EXPERIMENTS, LOGGED_MODELS, MODEL_VERSIONS, REGISTERED_MODELS, RUNS
from tests.wire.filters.stock import SEARCHES, Stock

_RUNS: Any = SearchUtils  # written in untyped Python

CLAUSES = {
    "runs": (
        "metrics.a",
        "metrics.a ASC",
        "metric.a desc",
        "metrics.`a b` DESC",
        'metrics."a b"',
        "metrics.a.b DeSc",
        "params.lr",
        "param.`lr` ASC",
        "tags.mlflow.user DESC",
        "start_time",
        "attributes.start_time DESC",
        "attribute.`end_time` ASC",
        "attr.status",
        "run.run_id",
        "run_name DESC",
        "`start_time` DESC",
        "created",
        "Created DESC",
        "user_id",
        "artifact_uri",
        "run name",
        "`run name`",
        "experiment_id",
        "dataset.name",
        "metrics.a DOWN",
        "metrics.a DESC DESC",
        "metrics.a DESC NULLS LAST",
        "metrics.a, metrics.b",
        "metrics.a DESC, metrics.b",
        "metrics.a-b DESC",
        "metrics.a > 1",
        "no_such",
        "no_such.a",
        "DESC",
        "",
        "   ",
        "'metrics.a'",
        "5",
        "1 DESC",
        "(metrics.a)",
        "metrics.a;",
        "RAND()",
    ),
    "experiments": (
        "name",
        "name DESC",
        "experiment_id ASC",
        "attribute.creation_time",
        "last_update_time desc",
        "tags.a",
        "metrics.a",
        "no_such",
        "name name",
        "",
    ),
    "registered models": (
        "name",
        "name DESC",
        "timestamp",
        "timestamp ASC",
        "last_updated_timestamp DESC",
        "no_such",
        "tags.a",
    ),
    "model versions": (
        "name",
        "version_number DESC",
        "creation_timestamp",
        "attribute.last_updated_timestamp asc",
        "run_id",
        "source_path",
        "tags.a",
        "",
    ),
}


@pytest.mark.parametrize(("search", "clause"), [(search, clause) for search in CLAUSES for clause in CLAUSES[search]])
def test_clauses_are_read_or_refused_as_by_the_stock_server(search: str, clause: str, stock: Stock) -> None:
    refusal = stock.refusal(search, order_by=[clause])
    if refusal is None:
        parse_order_by([clause], SEARCHES[search])
        return
    with pytest.raises(InvalidParameterValue) as refused:
        parse_order_by([clause], SEARCHES[search])
    assert "order" in refused.value.message or "Invalid" in refused.value.message


@pytest.mark.parametrize(
    ("search", "clause", "phrase"),
    [
        ("runs", "metrics.a DOWN", "Invalid ordering key in order_by clause"),
        ("runs", "metrics.a, metrics.b", "Invalid order_by clause 'metrics.a, metrics.b'. Could not be parsed."),
        ("runs", "no_such", "Invalid attribute key 'no_such' specified. Valid keys are"),
        ("runs", "no_such.a", "Invalid entity type 'no_such'. Valid values are"),
        ("experiments", "tags.a", "Invalid order_by entity: tag"),
        ("registered models", "no_such", "Invalid order by key 'no_such' specified. Valid keys are"),
    ],
)
def test_errors_have_the_words_of_the_stock_server(search: str, clause: str, phrase: str, stock: Stock) -> None:
    with pytest.raises(InvalidParameterValue) as refused:
        parse_order_term(clause, SEARCHES[search])
    assert phrase in refused.value.message
    assert phrase in (stock.refusal(search, order_by=[clause]) or "")


@pytest.mark.parametrize(
    ("search", "clauses"),
    [
        ("runs", ["metrics.a", "metrics.`a` DESC"]),
        ("runs", ["created", "start_time DESC"]),
        ("runs", ["params.a", "parameter.a"]),
        ("registered models", ["timestamp", "last_updated_timestamp DESC"]),
        ("model versions", ["name", "name"]),
    ],
)
def test_a_column_twice_is_refused(search: str, clauses: list[str], stock: Stock) -> None:
    assert "`order_by` contains duplicate fields" in (stock.refusal(search, order_by=clauses) or "")
    with pytest.raises(InvalidParameterValue, match="`order_by` contains duplicate fields"):
        parse_order_by(clauses, SEARCHES[search])


def test_experiments_may_repeat_a_column(stock: Stock) -> None:
    assert stock.refusal("experiments", order_by=["name", "name DESC"]) is None
    assert len(parse_order_by(["name", "name DESC"], EXPERIMENTS)) == 3


def attribute(key: str, *, ascending: bool) -> OrderTerm:
    return OrderTerm(entity=Entity.ATTRIBUTE, key=key, ascending=ascending)


def test_ties_are_decided_as_by_the_stock_server() -> None:
    newest, run_id = attribute("start_time", ascending=False), attribute("run_id", ascending=True)
    name, version = attribute("name", ascending=True), attribute("version_number", ascending=False)
    assert parse_order_by([], RUNS) == (newest, run_id)
    assert parse_order_by(["run_id DESC"], RUNS) == (attribute("run_id", ascending=False), newest)
    assert parse_order_by(["Created"], RUNS) == (attribute("start_time", ascending=True), run_id)
    assert parse_order_by([], EXPERIMENTS) == (
        attribute("creation_time", ascending=False),
        attribute("experiment_id", ascending=True),
    )
    assert parse_order_by(["name"], EXPERIMENTS)[1:] == (attribute("experiment_id", ascending=False),)
    assert parse_order_by([], REGISTERED_MODELS) == (name,)
    assert parse_order_by([], MODEL_VERSIONS) == (attribute("last_updated_timestamp", ascending=False), name, version)
    assert parse_order_by(["version_number"], MODEL_VERSIONS) == (attribute("version_number", ascending=True), name)


def test_more_columns_than_a_database_joins_are_refused() -> None:
    clauses = [f"metrics.m{number}" for number in range(MAX_TERMS + 1)]
    assert len(parse_order_by(clauses[:MAX_TERMS], RUNS)) == MAX_TERMS + 2
    with pytest.raises(InvalidParameterValue, match="51 clauses"):
        parse_order_by(clauses, RUNS)


@pytest.mark.parametrize(
    ("name", "entity", "key"),
    [
        ("creation_time", Entity.ATTRIBUTE, "creation_timestamp_ms"),
        ("last_updated_timestamp", Entity.ATTRIBUTE, "last_updated_timestamp_ms"),
        ("model_id", Entity.ATTRIBUTE, "model_id"),
        ("status", Entity.ATTRIBUTE, "status"),
        ("metrics.val.loss", Entity.METRIC, "val.loss"),
    ],
)
def test_fields_of_logged_models(name: str, entity: Entity, key: str, stock: Stock) -> None:
    assert stock.refusal("logged models", order_by=[{"field_name": name, "ascending": False}]) is None
    assert order_field(name, LOGGED_MODELS, ascending=False) == OrderTerm(entity=entity, key=key, ascending=False)


@pytest.mark.parametrize("name", ["no_such", "params.a", "tags.a", "", "DROP TABLE runs"])
def test_other_fields_of_logged_models_are_refused(name: str, stock: Stock) -> None:
    assert stock.refusal("logged models", order_by=[{"field_name": name, "ascending": True}])
    with pytest.raises(InvalidParameterValue, match="Invalid order by field name"):
        order_field(name, LOGGED_MODELS, ascending=True)


def test_ties_of_logged_models() -> None:
    by_id = order_field("model_id", LOGGED_MODELS, ascending=False)
    newest = attribute("creation_timestamp_ms", ascending=False)
    assert with_ties((by_id,), LOGGED_MODELS) == (by_id, newest)
    assert with_ties((), LOGGED_MODELS) == (newest, attribute("model_id", ascending=True))


KEYS = st.from_regex(r"[a-z_][a-z0-9_]{0,8}_x(\.[a-z_]{1,5}_x){0,2}", fullmatch=True) | st.from_regex(
    r"`[a-z0-9/]([a-z0-9 /.:+%-]{0,12}[a-z0-9/])?`", fullmatch=True
)


@given(
    entity=st.sampled_from(["metrics", "metric", "params", "param", "tags", "tag"]),
    key=KEYS,
    direction=st.sampled_from(["", " ASC", " DESC", " asc", "\tdesc"]),
)
def test_well_formed_clauses_of_runs_are_read_as_by_the_stock_server(entity: str, key: str, direction: str) -> None:
    clause = f"{entity}.{key}{direction}"
    kind, name, ascending = _RUNS.parse_order_by_for_search_runs(clause)
    assert parse_order_term(clause, RUNS) == OrderTerm(entity=RUNS.entities[kind], key=name, ascending=ascending)


@given(clause=st.text("metrics.a DESC`'\"(),;-_\\ \n0", max_size=30))
def test_where_both_read_a_clause_they_read_the_same(clause: str) -> None:
    try:
        expected = _RUNS.parse_order_by_for_search_runs(clause)
    except (MlflowException, ValueError, IndexError):
        return
    try:
        term = parse_order_term(clause, RUNS)
    except InvalidParameterValue:
        return
    assert (term.entity, term.key, term.ascending) == (RUNS.entities[expected[0]], *expected[1:])
