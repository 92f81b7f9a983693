"""What display() can show as a table, brought into one form."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from brickyard.errors import InvalidParameterValue


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    name: str
    type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """The first rows of something. `total` is the number of all rows, None where counting them would cost a query."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int | None
    has_more: bool


def grid_of(value: Any, limit: int) -> Grid | None:
    """The first `limit` rows of a Spark, pandas, Polars or Arrow table, a dict, or a list of rows; None for all else.

    Raises:
        InvalidParameterValue: a streaming DataFrame.
    """
    if _is_a(value, "pyspark.sql", "DataFrame"):
        return _of_spark(value, limit)
    if _is_a(value, "pandas", "DataFrame", "Series"):
        return _of_pandas(value, limit)
    if _is_a(value, "pyarrow", "Table", "RecordBatch"):
        return _of_arrow(value, limit)
    if _is_a(value, "polars", "DataFrame", "LazyFrame", "Series"):
        return _of_polars(value, limit)
    if isinstance(value, Mapping) and value:
        return _of_mapping(value, limit)
    if isinstance(value, list | tuple) and value and not hasattr(value, "_fields"):
        return _of_sequence(value, limit)
    return None


def _is_a(value: Any, package: str, *names: str) -> bool:
    """Whether the value is of one of these classes, or of a subclass, without importing their package."""
    if package.partition(".")[0] not in sys.modules:
        return False
    return any(cls.__module__.startswith(package) and cls.__name__ in names for cls in type(value).__mro__)


def _of_spark(frame: Any, limit: int) -> Grid:
    if frame.isStreaming:
        raise InvalidParameterValue(
            "display() does not show streaming DataFrames: write the stream to a table "
            '(df.writeStream.option("checkpointLocation", path).toTable("name")) and display that table'
        )
    rows = [tuple(row) for row in frame.limit(limit + 1).collect()]
    columns = [Column(name=name, type=kind) for name, kind in frame.dtypes]
    return _grid(columns, rows, limit, total=len(rows) if len(rows) <= limit else None)


def _of_pandas(value: Any, limit: int) -> Grid:
    frame = value.to_frame() if value.ndim == 1 else value
    if not _is_plain_index(frame.index):
        frame = frame.reset_index()
    columns = [Column(name=str(name), type=str(kind)) for name, kind in zip(frame.columns, frame.dtypes, strict=True)]
    rows = frame.head(limit).itertuples(index=False, name=None)
    return _grid(columns, list(rows), limit, total=len(frame))


def _is_plain_index(index: Any) -> bool:
    return bool(index.nlevels == 1 and index.name is None and type(index).__name__ == "RangeIndex")


def _of_arrow(table: Any, limit: int) -> Grid:
    columns = [Column(name=field.name, type=str(field.type)) for field in table.schema]
    head = table.slice(0, limit)
    rows = list(zip(*(head.column(i).to_pylist() for i in range(len(columns))), strict=True))
    return _grid(columns, rows, limit, total=table.num_rows)


def _of_polars(value: Any, limit: int) -> Grid:
    if hasattr(value, "collect"):
        frame = value.head(limit + 1).collect()
        total = len(frame) if len(frame) <= limit else None
    else:
        frame = value if hasattr(value, "columns") else value.to_frame()
        total = len(frame)
    columns = [Column(name=name, type=str(kind)) for name, kind in zip(frame.columns, frame.dtypes, strict=True)]
    return _grid(columns, frame.head(limit).rows(), limit, total=total)


def _of_mapping(value: Mapping[Any, Any], limit: int) -> Grid:
    """A dict of columns, or of single values: then names and values."""
    lists = [v for v in value.values() if isinstance(v, list | tuple)]
    if len(lists) == len(value) and len({len(v) for v in lists}) == 1:
        columns = [Column(name=str(name), type=_type_of(v)) for name, v in value.items()]
        return _grid(columns, list(zip(*lists, strict=True)), limit, total=len(lists[0]))
    columns = [
        Column(name="key", type=_type_of(list(value))),
        Column(name="value", type=_type_of(list(value.values()))),
    ]
    return _grid(columns, list(value.items()), limit, total=len(value))


def _of_sequence(values: Sequence[Any], limit: int) -> Grid:
    """A list of Rows, named tuples, dicts, tuples or single values."""
    head = list(values[:limit])
    names = _names_of(head)
    if names is None:
        return _grid([Column(name="value", type=_type_of(head))], [(v,) for v in head], limit, total=len(values))
    rows = [tuple(v.get(n) for n in names) if isinstance(v, Mapping) else tuple(v) for v in head]
    columns = [Column(name=n, type=_type_of([row[i] for row in rows])) for i, n in enumerate(names)]
    return _grid(columns, rows, limit, total=len(values))


def _names_of(values: Sequence[Any]) -> list[str] | None:
    """The column names of a list of rows; None where its values are not rows of one width."""
    first = values[0]
    if all(isinstance(v, Mapping) for v in values):
        return list(dict.fromkeys(str(name) for v in values for name in v))
    if not all(isinstance(v, tuple | list) and len(v) == len(first) for v in values):
        return None
    fields = getattr(first, "__fields__", None) or getattr(first, "_fields", None)
    return [str(name) for name in fields] if fields else [f"_{i + 1}" for i in range(len(first))]


def _type_of(values: Iterable[Any]) -> str:
    kinds = {type(v).__name__ for v in islice(values, 100) if v is not None}
    return kinds.pop() if len(kinds) == 1 else "object" if kinds else "null"


def _grid(columns: Sequence[Column], rows: Sequence[tuple[Any, ...]], limit: int, *, total: int | None) -> Grid:
    return Grid(
        columns=tuple(columns),
        rows=tuple(rows[:limit]),
        total=total,
        has_more=total is None or total > limit,
    )
