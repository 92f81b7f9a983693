"""The SQL of a search of logged models, and its page tokens."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, case, exists, func, or_, select

from brickyard.errors import InvalidParameterValue
from brickyard.server.db.conditions import condition
from brickyard.server.db.tables import logged_model_metrics, logged_model_params, logged_model_tags, logged_models
from brickyard.server.tracking.logged_models.store import COLUMNS
from brickyard.server.tracking.logged_models.wire import OrderBy, SearchLoggedModels
from brickyard.server.tracking.view import check_max_results
from brickyard.wire.checks import parse_experiment_id
from brickyard.wire.filters.grammar import parse_filter
from brickyard.wire.filters.order import order_field, with_ties
from brickyard.wire.filters.tree import Comparison, Entity, Operator, OrderTerm
from brickyard.wire.filters.vocabulary import LOGGED_MODELS
from brickyard.wire.page_tokens import LoggedModelsToken

DEFAULT_RESULTS = 100
_KEYED: dict[Entity, tuple[Table, str, str]] = {
    Entity.METRIC: (logged_model_metrics, "metric_name", "metric_value"),
    Entity.PARAM: (logged_model_params, "param_key", "param_value"),
    Entity.TAG: (logged_model_tags, "tag_key", "tag_value"),
}


@dataclass(frozen=True, kw_only=True)
class Page:
    offset: int
    size: int


def page_of(request: SearchLoggedModels) -> Page:
    """
    Raises:
        InvalidParameterValue: a token of another search, or max_results.
    """
    size = request.max_results or DEFAULT_RESULTS
    check_max_results(size)
    if not request.page_token:
        return Page(offset=0, size=size)
    token = LoggedModelsToken.decode(request.page_token)
    token.check_same_search(_token(request, 0))
    return Page(offset=token.offset, size=size)


def next_token(request: SearchLoggedModels, page: Page) -> str:
    return _token(request, page.offset + page.size).encode()


def _token(request: SearchLoggedModels, offset: int) -> LoggedModelsToken:
    return LoggedModelsToken(
        experiment_ids=request.experiment_ids,
        filter_string=request.filter or None,
        order_by=_order_by(request) or None,
        offset=offset,
    )


def _order_by(request: SearchLoggedModels) -> list[dict[str, Any]]:
    return [
        {
            "field_name": term.field_name,
            "ascending": term.ascending,
            "dataset_name": term.dataset_name or None,
            "dataset_digest": term.dataset_digest or None,
        }
        for term in request.order_by
    ]


def statement(request: SearchLoggedModels, page: Page) -> Select[Any]:
    """A page of models, and one more to tell whether another page follows.

    Raises:
        InvalidParameterValue: experiment ids, filter, order or data sets.
    """
    numbers = [parse_experiment_id(text) for text in request.experiment_ids]
    comparisons = _comparisons(request.filter)
    on_datasets = _on_datasets(request)
    conditions = [_condition(each, on_datasets) for each in comparisons]
    if on_datasets is not None and all(each.entity is not Entity.METRIC for each in comparisons):
        conditions.append(_has(logged_model_metrics, on_datasets))
    source: Any = logged_models
    order: list[Any] = []
    given = [order_field(term.field_name, LOGGED_MODELS, ascending=term.ascending) for term in request.order_by]
    for place, term in enumerate(with_ties(tuple(given), LOGGED_MODELS)):
        dataset = request.order_by[place] if place < len(given) else None
        source, columns = _ordered(source, term, dataset, place)
        order += columns
    return (
        select(*COLUMNS)
        .select_from(source)
        .where(logged_models.c.lifecycle_stage != "deleted", logged_models.c.experiment_id.in_(numbers), *conditions)
        .order_by(*order)
        .limit(page.size + 1)
        .offset(page.offset)
    )


# MLflow's client looks for the model of a path by a filter that it does not escape: name = 'it's here'.
_UNESCAPED_NAME = re.compile(r"name = '(?P<name>.*)'", re.DOTALL)


def _comparisons(text: str) -> tuple[Comparison, ...]:
    try:
        return parse_filter(text, LOGGED_MODELS)
    except InvalidParameterValue:
        if found := _UNESCAPED_NAME.fullmatch(text):
            equal = Operator.EQUAL
            return (Comparison(entity=Entity.ATTRIBUTE, key="name", operator=equal, value=found["name"]),)
        raise


def _on_datasets(request: SearchLoggedModels) -> ColumnElement[bool] | None:
    if not request.datasets:
        return None
    if not all(dataset.dataset_name for dataset in request.datasets):
        raise InvalidParameterValue("`dataset_name` in the `datasets` clause must be specified.")
    return or_(*(_of_dataset(each.dataset_name, each.dataset_digest) for each in request.datasets))


def _of_dataset(name: str, digest: str) -> ColumnElement[bool]:
    named = logged_model_metrics.c.dataset_name == name
    return named & (logged_model_metrics.c.dataset_digest == digest) if digest else named


def _condition(comparison: Comparison, on_datasets: ColumnElement[bool] | None) -> ColumnElement[bool]:
    if comparison.entity is Entity.ATTRIBUTE:
        return condition(logged_models.c[comparison.key], comparison.operator, comparison.value)
    table, key, value = _KEYED[comparison.entity]
    wanted = [table.c[key] == comparison.key, condition(table.c[value], comparison.operator, comparison.value)]
    if table is logged_model_metrics and on_datasets is not None:
        wanted.append(on_datasets)
    return _has(table, *wanted)


def _has(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(table.c.model_id).where(table.c.model_id == logged_models.c.model_id, *conditions))


def _ordered(source: Any, term: OrderTerm, dataset: OrderBy | None, place: int) -> tuple[Any, list[Any]]:
    """What to select from, and the columns to order by: rows without the value last."""
    column: Any
    if term.entity is Entity.ATTRIBUTE:
        column = logged_models.c[term.key]
    else:
        latest = _latest(term.key, dataset).subquery(f"order_{place}")
        source = source.outerjoin(latest, (latest.c.model_id == logged_models.c.model_id) & (latest.c.place == 1))
        column = latest.c.metric_value
    return source, [case((column.is_(None), 1), else_=0), column.asc() if term.ascending else column.desc()]


def _latest(metric: str, dataset: OrderBy | None) -> Select[Any]:
    """The newest value of a metric of each model has place 1."""
    table = logged_model_metrics
    on_dataset = []
    if dataset is not None and dataset.dataset_name:
        on_dataset.append(table.c.dataset_name == dataset.dataset_name)
    if dataset is not None and dataset.dataset_digest:
        on_dataset.append(table.c.dataset_digest == dataset.dataset_digest)
    newest = (table.c.metric_timestamp_ms.desc(), table.c.metric_step.desc(), table.c.run_id.asc())
    return select(
        table.c.model_id,
        table.c.metric_value,
        func.row_number().over(partition_by=table.c.model_id, order_by=newest).label("place"),
    ).where(table.c.metric_name == metric, *on_dataset)
