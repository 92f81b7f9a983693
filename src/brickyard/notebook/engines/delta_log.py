"""A Delta table's log beside the engine: facts from it, and the first commit of a table without rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, Schema
from deltalake.exceptions import DeltaError, TableNotFoundError


@dataclass(frozen=True, kw_only=True, slots=True)
class DeltaState:
    """The newest version of a table."""

    version: int
    table_id: str
    description: str
    partition_columns: tuple[str, ...]
    properties: Mapping[str, str]
    created_at: int
    """Milliseconds since 1970."""
    files: int
    bytes: int
    reader_version: int
    writer_version: int
    features: tuple[str, ...]


def is_delta(location: str) -> bool:
    """Whether a Delta table lies there."""
    return bool(DeltaTable.is_deltatable(location))


def create_empty(
    location: str,
    schema_json: str,
    *,
    partition_by: Sequence[str] = (),
    properties: Mapping[str, str] | None = None,
    replace: bool = False,
) -> None:
    """Commit a table without rows.

    Args:
        schema_json: the schema in the JSON form that Spark and Delta share.
        properties: delta.* table properties.
        replace: take the place of the table that is there, in one commit; else there must be none.

    Raises:
        DeltaError: there is a table, or Delta has no such type or property.
    """
    DeltaTable.create(
        location,
        Schema.from_json(schema_json),
        mode="overwrite" if replace else "error",
        partition_by=list(partition_by),
        configuration=dict(properties or {}),
    )


def version_of(location: str) -> int | None:
    """The newest version, or None where no Delta table that can be read lies there."""
    try:
        return int(DeltaTable(location).version())
    except DeltaError:
        return None


def partition_columns_of(location: str) -> tuple[str, ...]:
    """The columns that a table is partitioned by.

    Raises:
        TableNotFoundError: no Delta table lies there.
    """
    return tuple(DeltaTable(location).metadata().partition_columns)


def comments_of(location: str) -> dict[str, str]:
    """The comments of columns, by name. Sail writes them under a key of its own, and reads no others.

    Raises:
        TableNotFoundError: no Delta table lies there.
    """
    found: dict[str, str] = {}
    for column in json.loads(DeltaTable(location).schema().to_json())["fields"]:
        metadata = column["metadata"]
        comment = metadata.get("comment") or (metadata.get("SPARK::metadata::json") or {}).get("comment")
        if comment:
            found[column["name"]] = str(comment)
    return found


def state_of(location: str) -> DeltaState | None:
    """The newest version of the table, or None where no Delta table lies."""
    try:
        table = DeltaTable(location)
    except TableNotFoundError:
        return None
    metadata, protocol = table.metadata(), table.protocol()
    actions = table.get_add_actions(flatten=True)
    sizes = pa.table(actions).column("size_bytes").to_pylist()
    return DeltaState(
        version=int(table.version()),
        table_id=str(metadata.id),
        description=str(metadata.description or ""),
        partition_columns=tuple(metadata.partition_columns),
        properties=dict(metadata.configuration),
        created_at=int(metadata.created_time or 0),
        files=len(sizes),
        bytes=sum(sizes),
        reader_version=int(protocol.min_reader_version),
        writer_version=int(protocol.min_writer_version),
        features=tuple(sorted({*(protocol.reader_features or ()), *(protocol.writer_features or ())})),
    )


def history_of(location: str, limit: int | None = None) -> list[dict[str, Any]]:
    """The commits, newest first: the commitInfo of each, with `version` and `timestamp` (milliseconds)."""
    return list(DeltaTable(location).history(limit))
