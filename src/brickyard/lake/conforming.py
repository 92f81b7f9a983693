"""Whether rows fit a table, decided here because delta-rs casts whatever it is given: 1.5 becomes 1, and text becomes
numbers.

A value may change its type if it keeps its meaning: numbers become other numbers that hold them (not so
floats decimals, which would round), times of finer units
become microseconds (as Spark has them), nothing becomes null. Columns are matched by name.
"""

from collections.abc import Sequence

import pyarrow as pa

from brickyard.errors import InvalidParameterValue
from brickyard.lake.failures import reason

MAX_SCALE = 19
"""Digits after the point that a decimal of 38 digits has left beside a 64-bit integer's."""

_SAME = frozenset({
    pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.float32(), pa.float64(),
    pa.string(), pa.binary(), pa.date32(), pa.null(),
})  # fmt: skip
_MADE = {
    pa.uint8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.uint64(): pa.int64(),
    pa.float16(): pa.float32(),
    pa.large_string(): pa.string(),
    pa.string_view(): pa.string(),
    pa.large_binary(): pa.binary(),
    pa.binary_view(): pa.binary(),
    pa.date64(): pa.date32(),
}


def as_delta(rows: pa.Table) -> pa.Table:
    """The rows with the Arrow types that Delta has.

    Raises:
        InvalidParameterValue: there is no column, two have one name, or one has a type that Delta lacks; names it.
    """
    names = rows.column_names
    if not names:
        raise InvalidParameterValue("A table needs at least one column.")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidParameterValue(f"Column {twice!r} occurs twice.")
    fields = [_delta_field(field) for field in rows.schema]
    columns = [
        _cast(
            field.name,
            rows.column(field.name),
            field.type,
            safe=not _has_nanoseconds(rows.schema.field(field.name).type),
        )
        for field in fields
    ]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def conformed(rows: pa.Table, table: pa.Schema, *, evolve: bool = False) -> pa.Table:
    """The rows with the table's columns, in its order and of its types; what they lack is null.

    Args:
        rows: as `as_delta` gives them.
        evolve: columns that the table lacks are appended.

    Raises:
        InvalidParameterValue: they do not fit; names the column.
    """
    new = [field for field in rows.schema if field.name not in table.names]
    if new and not evolve:
        raise InvalidParameterValue(
            f"The table has no column {new[0].name!r}. Its columns are {', '.join(table.names)}; "
            "schema_mode 'merge' adds new ones."
        )
    columns = [_conformed_column(rows, field) for field in table]
    return pa.Table.from_arrays(
        [*columns, *(rows.column(field.name) for field in new)], schema=pa.schema([*table, *new])
    )


def require_columns(names: Sequence[str], known: Sequence[str], what: str) -> None:
    """
    Raises:
        InvalidParameterValue: a name is not known; names it.
    """
    for name in names:
        if name not in known:
            raise InvalidParameterValue(f"{what} {name!r} is not a column. The columns are {', '.join(known)}.")


def _conformed_column(rows: pa.Table, field: pa.Field) -> pa.ChunkedArray:
    if field.name in rows.column_names:
        column = rows.column(field.name)
        if not _may_become(column.type, field.type):
            raise InvalidParameterValue(f"Column {field.name!r} is {field.type}, but the data have {column.type}.")
        column = _cast(field.name, column, field.type, safe=True)
    else:
        column = pa.chunked_array([pa.nulls(rows.num_rows, field.type)])
    if not field.nullable and column.null_count:
        raise InvalidParameterValue(f"Column {field.name!r} must not be null, but {column.null_count} values are.")
    return column


def _cast(name: str, column: pa.ChunkedArray, kind: pa.DataType, *, safe: bool) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    try:
        if pa.types.is_integer(column.type) and pa.types.is_decimal(kind) and kind.scale <= MAX_SCALE:
            # Arrow asks whether every integer of the type would fit, not whether these do.
            column = column.cast(pa.decimal128(38, kind.scale))
        return column.cast(kind, safe=safe)
    except pa.ArrowException as error:
        raise InvalidParameterValue(
            f"Column {name!r} is {kind}, and some value does not fit: {reason(error)}"
        ) from error


def _delta_field(field: pa.Field) -> pa.Field:
    # Of an Arrow field's metadata the comment alone is the user's: readers of files leave theirs, too.
    comment = (field.metadata or {}).get(b"comment")
    metadata = None if comment is None else {b"comment": comment}
    return pa.field(field.name, _delta_type(field.name, field.type), field.nullable, metadata)


def _delta_type(name: str, kind: pa.DataType) -> pa.DataType:
    if kind in _SAME or pa.types.is_decimal128(kind):
        return kind
    if kind in _MADE:
        return _MADE[kind]
    if pa.types.is_fixed_size_binary(kind):
        return pa.binary()
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    if pa.types.is_dictionary(kind):
        return _delta_type(name, kind.value_type)
    if pa.types.is_map(kind):
        return pa.map_(_delta_type(name, kind.key_type), _delta_type(name, kind.item_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(part.name, _delta_type(name, part.type), part.nullable) for part in kind])
    if _is_list(kind):
        return pa.list_(_delta_type(name, kind.value_type))
    raise InvalidParameterValue(f"Column {name!r} has type {kind}, which Delta tables do not have.")


def _has_nanoseconds(kind: pa.DataType) -> bool:
    if pa.types.is_timestamp(kind):
        return bool(kind.unit == "ns")
    return any(_has_nanoseconds(kind.field(part).type) for part in range(kind.num_fields))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _may_become(data: pa.DataType, column: pa.DataType) -> bool:
    if data == column or pa.types.is_null(data):
        return True
    if _is_list(data) and _is_list(column):
        return _may_become(data.value_type, column.value_type)
    if pa.types.is_map(data) and pa.types.is_map(column):
        return _may_become(data.key_type, column.key_type) and _may_become(data.item_type, column.item_type)
    if pa.types.is_struct(data) and pa.types.is_struct(column):
        names = {part.name for part in column}
        return all(part.name in names and _may_become(part.type, column.field(part.name).type) for part in data)
    if pa.types.is_floating(data) and pa.types.is_decimal(column):
        return False
    return _is_number(data) and _is_number(column)
