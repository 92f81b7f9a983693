"""The SQL of a search of experiments."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from brickyard.server.db.conditions import condition
from brickyard.server.db.tables import experiment_tags, experiments
from brickyard.server.tracking.experiments.store import COLUMNS, WORKSPACE
from brickyard.server.tracking.experiments.wire import SearchExperiments
from brickyard.server.tracking.view import check_max_results, stages_of
from brickyard.wire.checks import parse_experiment_id
from brickyard.wire.filters.grammar import parse_filter
from brickyard.wire.filters.order import parse_order_by
from brickyard.wire.filters.tree import Comparison, Entity, Operator
from brickyard.wire.filters.vocabulary import EXPERIMENTS


def statement(request: SearchExperiments, offset: int) -> Select[Any]:
    """A page of experiments, and one more to tell whether another page follows.

    Raises:
        InvalidParameterValue: view type, max_results, filter or order.
    """
    check_max_results(request.max_results)
    terms = parse_order_by(request.order_by, EXPERIMENTS)
    return (
        select(*COLUMNS)
        .where(
            experiments.c.workspace == WORKSPACE,
            experiments.c.lifecycle_stage.in_(stages_of(str(request.view_type))),
            *(_condition(each) for each in parse_filter(request.filter, EXPERIMENTS)),
        )
        .order_by(*(_directed(experiments.c[term.key], term.ascending) for term in terms))
        .limit(request.max_results + 1)
        .offset(offset)
    )


def _directed(column: Any, ascending: bool) -> Any:
    return column.asc() if ascending else column.desc()


def _condition(comparison: Comparison) -> ColumnElement[bool]:
    if comparison.entity is Entity.TAG:
        found = select(experiment_tags.c.key).where(
            experiment_tags.c.experiment_id == experiments.c.experiment_id, experiment_tags.c.key == comparison.key
        )
        if comparison.operator is Operator.IS_NULL:
            return ~exists(found)
        if comparison.operator is Operator.IS_NOT_NULL:
            return exists(found)
        return exists(found.where(condition(experiment_tags.c.value, comparison.operator, comparison.value)))
    if comparison.key == "experiment_id":
        return condition(experiments.c.experiment_id, comparison.operator, _numbers(comparison.value))
    return condition(experiments.c[comparison.key], comparison.operator, comparison.value)


def _numbers(value: Any) -> Any:
    if isinstance(value, tuple):
        return [parse_experiment_id(each) for each in value]
    return parse_experiment_id(value)
