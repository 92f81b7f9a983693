"""What the service of tables takes and gives, beside the table itself."""

from collections.abc import Sequence
from typing import Any

import msgspec

from brickyard.server.catalog.entities import Column, PrimaryKey, Table


class NewTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table to register, its names as the client sent them. Without a location it gets a folder of its schema."""

    catalog_name: str
    schema_name: str
    name: str
    storage_location: str = ""
    columns: Sequence[Column] = ()
    comment: str = ""
    properties: dict[str, str] = {}


class TableView(msgspec.Struct, frozen=True, kw_only=True):
    """A table with its primary key; `notice` tells why its columns are not those of a Delta log, or is ''."""

    table: Table
    key: PrimaryKey | None
    notice: str = ""


class Stamp(msgspec.Struct, frozen=True):
    """The state of a Delta log: its newest file's name and modification time (ns). A commit always changes it."""

    newest: str
    modified_at: int


class TableDetail(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version of a table; times in milliseconds since the epoch."""

    version: int
    size_bytes: int
    files: int
    rows: int | None
    partition_columns: tuple[str, ...]
    created_at: int | None
    modified_at: int | None
    properties: dict[str, str]
    features: tuple[str, ...]


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One version in a table's history; `timestamp` in milliseconds since the epoch."""

    version: int
    timestamp: int | None
    operation: str
    parameters: dict[str, Any]
    metrics: dict[str, Any]
    engine: str | None


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a table, their values as JSON takes them."""

    version: int
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
