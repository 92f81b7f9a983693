"""Columns that a client registers."""

from collections.abc import Sequence

import msgspec

from brickyard.errors import InvalidParameterValue
from brickyard.server.catalog.entities import TYPE_NAMES, Column


def checked_columns(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with their positions.

    Raises:
        InvalidParameterValue: a column without a name, two of one name, or an unknown type; names it.
    """
    seen: set[str] = set()
    for index, column in enumerate(columns):
        if not column.name:
            raise InvalidParameterValue(f"Missing value for required parameter 'columns[{index}].name'.")
        if column.name.lower() in seen:
            raise InvalidParameterValue(f"Invalid value for parameter 'columns': two are called {column.name[:100]!a}.")
        if column.type_name is not None and column.type_name not in TYPE_NAMES:
            raise InvalidParameterValue(
                f"Invalid value {column.type_name[:100]!a} for parameter 'columns[{index}].type_name': it must be one "
                f"of {', '.join(sorted(TYPE_NAMES))}."
            )
        seen.add(column.name.lower())
    return tuple(
        msgspec.structs.replace(column, position=index) if column.position is None else column
        for index, column in enumerate(columns)
    )
