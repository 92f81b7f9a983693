"""`dataframe_split` and `dataframe_records` read straight into columns, for signatures of plain named columns.

What is taken here gives the same values as mlflow's own reading: only values whose conversion to the signature's type
does not depend on the other values of their column. Everything else is left to mlflow, and so are all errors.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

NONE = type(None)
LARGEST_LONG = 2**63
SPLIT_KEYS = frozenset({"columns", "data"})
MAX_LAYOUTS = 256
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?")
_DIGIT = re.compile(r"\d")


class Field(NamedTuple):
    """One named column of a signature; `type` is the name of an mlflow DataType."""

    name: str
    type: str
    required: bool


class Columns(NamedTuple):
    """Rows by columns, in the signature's order. `kinds` has for each column how its values are converted.

    Kinds: "f" numbers and None, "i" integers, "b" booleans, "s" text and None, "z" None alone, else the shape of
    datetimes. Columns of requests with the same names and kinds may be put together.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    kinds: tuple[str, ...]
    values: tuple[Sequence[Any], ...]
    rows: int

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for columns that may be put together."""
        return (self.names, self.kinds)


class ColumnReader:
    """Reads the data of bodies into columns.

    Args:
        fields: the signature's columns.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = tuple(fields)
        self._layouts: dict[tuple[str, ...], tuple[tuple[Field, int], ...] | None] = {}

    def read(self, form: str, data: Any) -> Columns | None:
        """The columns of a body's data; None: it is mlflow's to read, or to refuse."""
        if form == "dataframe_split":
            return self._read_split(data)
        if form == "dataframe_records":
            return self._read_records(data)
        return None

    def _read_split(self, data: Any) -> Columns | None:
        if not isinstance(data, dict) or data.keys() != SPLIT_KEYS:
            return None
        names, rows = data["columns"], data["data"]
        if not (isinstance(names, list) and isinstance(rows, list) and rows):
            return None
        width = len(names)
        if not all(type(row) is list and len(row) == width for row in rows):
            return None
        return self._columns(names, rows)

    def _read_records(self, data: Any) -> Columns | None:
        if not (isinstance(data, list) and data and isinstance(data[0], dict)):
            return None
        names = list(data[0])
        keys = data[0].keys()
        if not all(isinstance(row, dict) and row.keys() == keys for row in data):
            return None
        return self._columns(names, [[row[name] for name in names] for row in data])

    def _columns(self, names: list[Any], rows: list[list[Any]]) -> Columns | None:
        layout = self._layout(names)
        if not layout:
            return None
        by_position = rows[0] if len(rows) == 1 else list(zip(*rows, strict=True))
        kinds, values = [], []
        for field, position in layout:
            column = (by_position[position],) if len(rows) == 1 else by_position[position]
            kind = _KINDS[field.type](column)
            if kind is None:
                return None
            kinds.append(kind)
            values.append(column)
        fields = [field for field, _ in layout]
        return Columns(
            tuple(field.name for field in fields),
            tuple(field.type for field in fields),
            tuple(kinds),
            tuple(values),
            len(rows),
        )

    def _layout(self, names: list[Any]) -> tuple[tuple[Field, int], ...] | None:
        """Where each of the signature's columns stands; None: mlflow would refuse these names, or they are odd."""
        if not all(type(name) is str for name in names):
            return None
        key = tuple(names)
        if key not in self._layouts:
            if len(self._layouts) >= MAX_LAYOUTS:
                self._layouts.clear()
            self._layouts[key] = self._find_layout(key)
        return self._layouts[key]

    def _find_layout(self, names: tuple[str, ...]) -> tuple[tuple[Field, int], ...] | None:
        positions = {name: position for position, name in enumerate(names)}
        if len(positions) != len(names):
            return None
        if any(field.required and field.name not in positions for field in self._fields):
            return None
        return tuple((field, positions[field.name]) for field in self._fields if field.name in positions)


def put_together(parts: Sequence[Columns]) -> Columns:
    """The rows of columns with one key, in order."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    values = tuple(list(chain.from_iterable(column)) for column in zip(*(part.values for part in parts), strict=True))
    return first._replace(values=values, rows=sum(part.rows for part in parts))


def _numbers(values: Sequence[Any]) -> str | None:
    return "f" if {float, int, NONE}.issuperset(map(type, values)) and _fits(values) else None


def _single_numbers(values: Sequence[Any]) -> str | None:
    # Integers reach single precision directly, and through double precision when they stand beside fractions.
    found = set(map(type, values))
    if found == {int}:
        return _integers(values)
    return "f" if {float, NONE}.issuperset(found) else None


def _integers(values: Sequence[Any]) -> str | None:
    return "i" if set(map(type, values)) == {int} and _fits(values) else None


def _booleans(values: Sequence[Any]) -> str | None:
    return "b" if set(map(type, values)) == {bool} else None


def _text(values: Sequence[Any]) -> str | None:
    found = set(map(type, values))
    if found == {NONE}:
        return "z"
    return "s" if {str, NONE}.issuperset(found) else None


def _dates(values: Sequence[Any]) -> str | None:
    """pandas guesses the format of a column from its first value: only ISO forms without a zone, all of one shape."""
    if set(map(type, values)) != {str} or not _DATE.fullmatch(values[0]):
        return None
    shape = _DIGIT.sub("0", values[0])
    return shape if all(_DATE.fullmatch(value) and _DIGIT.sub("0", value) == shape for value in values) else None


def _fits(values: Sequence[Any]) -> bool:
    return all(type(value) is not int or -LARGEST_LONG <= value < LARGEST_LONG for value in values)


_KINDS: Mapping[str, Callable[[Sequence[Any]], str | None]] = {
    "double": _numbers,
    "float": _single_numbers,
    "long": _integers,
    "integer": _integers,
    "boolean": _booleans,
    "string": _text,
    "datetime": _dates,
}
READABLE = frozenset(_KINDS)
"""The types that columns can be read of."""
