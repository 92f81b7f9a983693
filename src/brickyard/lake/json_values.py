"""Arrow arrays as values that JSON takes.

Dates and timestamps are ISO 8601 text (with Z for instants), decimals are text with all their digits, NaN and the
infinities are text as in MLflow's REST, binary is base64, structs and maps are objects, arrays are lists. Unlike
Arrow's own conversion this knows dates beyond the year 9999 and before the year 1.
"""

import base64
from decimal import Decimal
from typing import Any

import pyarrow as pa

from brickyard.wire.numbers import json_double

CUT = "…"
"""Stands at the end of text that is longer than asked for."""


def json_values(array: pa.Array, *, max_length: int | None = None) -> list[Any]:
    """The values of an array.

    Args:
        array: n values of any type that Delta has, nested ones too.
        max_length: longer text, and longer binary values, are cut there and end in `CUT`.

    Returns:
        n values, None for null.
    """
    kind = array.type
    if pa.types.is_struct(kind):
        return _objects(array, max_length)
    if pa.types.is_map(kind):
        return _maps(array, max_length)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _pieces(array, json_values(array.values, max_length=max_length))
    if pa.types.is_temporal(kind):
        return [None if text is None else _iso(text) for text in array.cast(pa.string()).to_pylist()]
    return [None if value is None else _scalar(value, max_length) for value in array.to_pylist()]


def _scalar(value: Any, max_length: int | None) -> Any:
    if isinstance(value, float):
        return json_double(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        return value if max_length is None or len(value) <= max_length else value[:max_length] + CUT
    if isinstance(value, bytes):
        tail = "" if max_length is None or len(value) <= max_length else CUT
        return base64.b64encode(value[:max_length]).decode() + tail
    return value


def _iso(text: str) -> str:
    return text.replace(" ", "T", 1)


def _objects(array: pa.Array, max_length: int | None) -> list[Any]:
    names = [field.name for field in array.type]
    columns = [json_values(array.field(position), max_length=max_length) for position in range(len(names))]
    rows = zip(*columns, strict=True) if columns else [()] * len(array)
    valid = array.is_valid().to_pylist()
    return [dict(zip(names, row, strict=True)) if there else None for there, row in zip(valid, rows, strict=True)]


def _maps(array: pa.Array, max_length: int | None) -> list[Any]:
    keys = json_values(array.keys, max_length=max_length)
    entries = list(zip(keys, json_values(array.items, max_length=max_length), strict=True))
    return [None if piece is None else {_key(key): value for key, value in piece} for piece in _pieces(array, entries)]


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return key if isinstance(key, str) else str(key)


def _pieces(array: pa.Array, values: list[Any]) -> list[Any]:
    """The elements of each list; `values` are those of the whole underlying array."""
    offsets = array.offsets.to_pylist()
    valid = array.is_valid().to_pylist()
    return [
        values[start:end] if there else None for there, start, end in zip(valid, offsets[:-1], offsets[1:], strict=True)
    ]
