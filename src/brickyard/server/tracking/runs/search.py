"""The SQL of a search of runs."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, case, exists, select, true

from brickyard.server.db.conditions import condition, metric_condition
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import datasets, input_tags, inputs, latest_metrics, params, runs, tags
from brickyard.server.tracking.runs.wire import SearchRuns
from brickyard.server.tracking.view import check_max_results, stages_of
from brickyard.wire.checks import parse_experiment_id
from brickyard.wire.filters.grammar import parse_filter
from brickyard.wire.filters.order import parse_order_by
from brickyard.wire.filters.tree import Comparison, Entity, Operator, OrderTerm
from brickyard.wire.filters.vocabulary import RUNS

_KEYED: dict[Entity, Table] = {Entity.METRIC: latest_metrics, Entity.PARAM: params, Entity.TAG: tags}
_ATTRIBUTES = {"run_id": runs.c.run_uuid, "run_name": runs.c.name}
_CONTEXT = "mlflow.data.context"
_RUN_NAME = "mlflow.runName"


def statement(request: SearchRuns) -> Statement:
    """The ids of a page of runs, and of one more to tell whether another page follows. It takes the page's `skip`.

    Pages that show runs ask the same again and again: the newest statements are kept.

    Raises:
        InvalidParameterValue: experiment ids, view type, max_results, filter or order.
    """
    check_max_results(request.max_results)
    return _compiled(
        tuple(request.experiment_ids),
        request.filter,
        str(request.run_view_type),
        tuple(request.order_by),
        request.max_results + 1,
    )


@lru_cache(maxsize=256)
def _compiled(
    experiment_ids: tuple[str, ...], filter_text: str, view_type: str, order_by: tuple[str, ...], limit: int
) -> Statement:
    numbers = [parse_experiment_id(text) for text in experiment_ids]
    comparisons = sorted(parse_filter(filter_text, RUNS), key=_rows_left)
    source: Any = runs
    if comparisons and _finds_by_value(comparisons[0]):
        source = _with_param(comparisons.pop(0))
    order: list[Any] = []
    for place, term in enumerate(parse_order_by(order_by, RUNS)):
        if place < len(order_by):
            source, columns = _ordered(source, term, place)
            order += columns
        else:
            order.append(_directed(_column(term.key), term.ascending))
    return Statement(
        select(runs.c.run_uuid)
        .select_from(source)
        .where(
            runs.c.experiment_id.in_(numbers),
            runs.c.lifecycle_stage.in_(stages_of(view_type)),
            *map(_condition, comparisons),
        )
        .order_by(*order)
        .limit(limit)
        .offset(bindparam("skip", 0))
    )


def _rows_left(comparison: Comparison) -> int:
    """Conditions run in this order: a database tries them as they stand, so those that leave few rows come first."""
    if _finds_by_value(comparison):
        return 0
    if comparison.entity is Entity.ATTRIBUTE:
        return 1
    return 2 if comparison.operator is Operator.EQUAL else 3


def _finds_by_value(comparison: Comparison) -> bool:
    return comparison.entity is Entity.PARAM and comparison.operator is Operator.EQUAL


def _with_param(comparison: Comparison) -> Any:
    """The runs with a param's value, found by our index of values; a run has a param once, so none comes twice."""
    found = params.alias("found")
    wanted = (found.c.key == comparison.key) & (found.c.value == comparison.value)
    return runs.join(found, (found.c.run_uuid == runs.c.run_uuid) & wanted)


def _ordered(source: Any, term: OrderTerm, place: int) -> tuple[Any, list[Any]]:
    """What to select from, and the columns to order by: rows without the value last, NaN before them."""
    if term.entity is Entity.ATTRIBUTE:  # in words that let the database read an index in its order
        return source, [_directed(_column(term.key), term.ascending).nulls_last()]
    keyed = _KEYED[term.entity].alias(f"order_{place}")
    source = source.outerjoin(keyed, and_(keyed.c.run_uuid == runs.c.run_uuid, keyed.c.key == term.key))
    value = keyed.c.value
    missing = (value.is_(None), 2 if term.entity is Entity.METRIC else 1)
    nan = ((keyed.c.is_nan == true(), 1),) if term.entity is Entity.METRIC else ()
    return source, [case(*nan, missing, else_=0), _directed(value, term.ascending)]


def _directed(value: Any, ascending: bool) -> Any:
    return value.asc() if ascending else value.desc()


def _column(attribute: str) -> Any:
    return _ATTRIBUTES[attribute] if attribute in _ATTRIBUTES else runs.c[attribute]


def _condition(comparison: Comparison) -> ColumnElement[bool]:
    if comparison.entity is Entity.ATTRIBUTE and comparison.key == "run_name":
        # Runs of old MLflow releases have their name in the tag alone.
        return _has(tags, _RUN_NAME, condition(tags.c.value, comparison.operator, comparison.value))
    if comparison.entity is Entity.ATTRIBUTE:
        return condition(_column(comparison.key), comparison.operator, comparison.value)
    if comparison.entity is Entity.DATASET:
        return exists(_dataset(comparison))
    table = _KEYED[comparison.entity]
    if comparison.operator is Operator.IS_NULL:
        return ~_has(table, comparison.key)
    if comparison.operator is Operator.IS_NOT_NULL:
        return _has(table, comparison.key)
    if table is latest_metrics:
        value = metric_condition(table.c.value, table.c.is_nan, comparison.operator, comparison.value)
    else:
        value = condition(table.c.value, comparison.operator, comparison.value)
    return _has(table, comparison.key, value)


def _has(table: Table, key: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(table.c.key).where(table.c.run_uuid == runs.c.run_uuid, table.c.key == key, *more))


def _dataset(comparison: Comparison) -> Select[Any]:
    edges = select(inputs.c.input_uuid).where(
        inputs.c.destination_type == "RUN", inputs.c.destination_id == runs.c.run_uuid
    )
    if comparison.key == "context":
        return edges.join_from(inputs, input_tags, input_tags.c.input_uuid == inputs.c.input_uuid).where(
            input_tags.c.name == _CONTEXT, condition(input_tags.c.value, comparison.operator, comparison.value)
        )
    return edges.join_from(inputs, datasets, datasets.c.dataset_uuid == inputs.c.source_id).where(
        condition(datasets.c[comparison.key], comparison.operator, comparison.value)
    )
