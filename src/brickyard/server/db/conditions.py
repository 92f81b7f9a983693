"""Comparisons of the filter language as SQL conditions on a column."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.tree import Operator, Value

_BUILD: dict[Operator, Callable[[Any, Any], ColumnElement[bool]]] = {
    Operator.EQUAL: lambda column, value: column == value,
    Operator.NOT_EQUAL: lambda column, value: column != value,
    Operator.LESS: lambda column, value: column < value,
    Operator.LESS_EQUAL: lambda column, value: column <= value,
    Operator.GREATER: lambda column, value: column > value,
    Operator.GREATER_EQUAL: lambda column, value: column >= value,
    Operator.LIKE: lambda column, value: column.like(value),
    Operator.ILIKE: lambda column, value: column.ilike(value),
    Operator.IN: lambda column, value: column.in_(value),
    Operator.NOT_IN: lambda column, value: column.not_in(value),
}


def condition(column: Any, operator: Operator, value: Value) -> ColumnElement[bool]:
    """
    Raises:
        InvalidParameterValue: an operator that columns do not have (IS NULL asks for the row, not the value).
    """
    build = _BUILD.get(operator)
    if build is None:
        raise InvalidParameterValue(f"Invalid comparator '{operator.value}'")
    return build(column, value)


def metric_condition(value_column: Any, is_nan: Any, operator: Operator, value: Value) -> ColumnElement[bool]:
    """A comparison with a metric: NaN is stored as 0 and satisfies `!=` alone."""
    compared = condition(value_column, operator, value)
    if operator is Operator.NOT_EQUAL:
        return or_(compared, is_nan == true())
    return and_(compared, is_nan == false())
