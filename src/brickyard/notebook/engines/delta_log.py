"""A Delta table's log beside the engine: facts from it, and the first commit of a table without rows."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, Schema
from deltalake.exceptions import DeltaError, TableNotFoundError
from pyspark.errors import AnalysisException

from brickyard.notebook.engines import conditions
from brickyard.settings import cloud_environment
from brickyard.wire.cloud import is_cloud, parse_cloud_uri
from brickyard.wire.cloud_options import options_of_environment

_COLOUR = re.compile(r"\x1b\[[0-9;]*m|↳")
_MAX_REASON = 300


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


Options = Mapping[str, str]
"""What delta-rs needs to open an object store, beyond the environment."""


def is_delta(location: str, options: Options | None = None) -> bool:
    """Whether a Delta table lies there. Raises AnalysisException where its object store cannot be reached."""
    with _translated(location):
        return bool(DeltaTable.is_deltatable(location, _storage(location, options)))


def create_empty(
    location: str,
    schema_json: str,
    *,
    partition_by: Sequence[str] = (),
    properties: Mapping[str, str] | None = None,
    replace: bool = False,
    options: Options | None = None,
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
        storage_options=_storage(location, options),
    )


def version_of(location: str, options: Options | None = None) -> int | None:
    """The newest version, or None where no Delta table that can be read lies there."""
    try:
        return int(_open(location, options).version())
    except (DeltaError, AnalysisException):
        return None  # where its object store does not answer, the engine tells so


def partition_columns_of(location: str, options: Options | None = None) -> tuple[str, ...]:
    """The columns that a table is partitioned by.

    Raises:
        TableNotFoundError: no Delta table lies there.
    """
    return tuple(_open(location, options).metadata().partition_columns)


def comments_of(location: str, options: Options | None = None) -> dict[str, str]:
    """The comments of columns, by name. Sail writes them under a key of its own, and reads no others.

    Raises:
        TableNotFoundError: no Delta table lies there.
    """
    found: dict[str, str] = {}
    for column in json.loads(_open(location, options).schema().to_json())["fields"]:
        metadata = column["metadata"]
        comment = metadata.get("comment") or (metadata.get("SPARK::metadata::json") or {}).get("comment")
        if comment:
            found[column["name"]] = str(comment)
    return found


def state_of(location: str, options: Options | None = None) -> DeltaState | None:
    """The newest version of the table, or None where no Delta table lies."""
    try:
        table = _open(location, options)
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


def history_of(location: str, limit: int | None = None, *, options: Options | None = None) -> list[dict[str, Any]]:
    """The commits, newest first: the commitInfo of each, with `version` and `timestamp` (milliseconds)."""
    return list(_open(location, options).history(limit))


def _open(location: str, options: Options | None) -> DeltaTable:
    with _translated(location):
        return DeltaTable(location, storage_options=_storage(location, options))


@contextmanager
def _translated(location: str) -> Iterator[None]:
    """
    Raises:
        AnalysisException: the object store of this location does not let it be read; names it.
    """
    try:
        yield
    except OSError as error:
        if not is_cloud(location):
            raise
        reason = " ".join(_COLOUR.sub("", str(error)).split())[:_MAX_REASON]
        raise conditions.refused(f"{location} cannot be reached: {reason}") from None


def _storage(location: str, options: Options | None) -> dict[str, str] | None:
    """Options for an object store, which is not waited for without end."""
    if not is_cloud(location):
        return None
    environment = options_of_environment(parse_cloud_uri(location), cloud_environment())
    return {"max_retries": "3", "retry_timeout": "30s", **environment, **(options or {})}
