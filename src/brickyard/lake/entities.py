"""What the lake tells about tables."""

from typing import Any

import msgspec


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column, in the words of Unity Catalog's ColumnInfo."""

    name: str
    type_text: str
    """Spark's name of the type, such as `bigint` or `array<string>`."""
    type_name: str
    """Unity Catalog's name of the type, such as `LONG` or `ARRAY`."""
    type_json: str
    """Spark's StructField as JSON."""
    nullable: bool
    position: int
    """Counted from 0."""
    partition_index: int | None = None
    """Position among the columns that the table is partitioned by."""
    comment: str | None = None


class TableDetail(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version of a table."""

    location: str
    table_id: str
    version: int
    size_bytes: int
    files: int
    rows: int | None
    """None where the log has no row counts, or marks rows as deleted without removing them."""
    partition_columns: tuple[str, ...]
    created_at: int | None
    """Milliseconds since the epoch."""
    modified_at: int | None
    """Milliseconds since the epoch: when the newest version was committed."""
    name: str | None
    description: str | None
    properties: dict[str, str]
    min_reader_version: int
    min_writer_version: int
    features: tuple[str, ...]


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One version in a table's history."""

    version: int
    timestamp: int | None
    """Milliseconds since the epoch."""
    operation: str
    parameters: dict[str, Any]
    metrics: dict[str, Any]
    engine: str | None
    user_name: str | None


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a table, as JSON takes them (see `json_values`)."""

    version: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
