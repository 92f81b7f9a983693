"""What a table is: columns, size, history. Read from its log alone."""

import json
from collections.abc import Mapping
from typing import Any

from deltalake import DeltaTable

from brickyard.errors import InvalidParameterValue
from brickyard.lake.entities import Column, Commit, TableDetail
from brickyard.lake.failures import translated
from brickyard.lake.location import StorageOptions
from brickyard.lake.opening import open_table
from brickyard.lake.spark_types import field_json, type_name, type_text

MAX_COMMITS = 1000


def schema(location: str, *, options: StorageOptions | None = None, version: int | None = None) -> tuple[Column, ...]:
    """The columns in their order. Raises as `open_table`."""
    table = open_table(location, options=options, version=version)
    with translated(location):
        fields = json.loads(table.schema().to_json())["fields"]
        partitions = tuple(table.metadata().partition_columns)
    return tuple(_column(position, field, partitions) for position, field in enumerate(fields))


def detail(location: str, *, options: StorageOptions | None = None) -> TableDetail:
    """The newest version's size and properties. Raises as `open_table`."""
    table = open_table(location, options=options)
    with translated(location):
        metadata, protocol = table.metadata(), table.protocol()
        actions = table.get_add_actions()
        sizes = [int(size) for size in actions["size_bytes"].to_pylist()]
        newest = next(iter(table.history(1)), {})
        return TableDetail(
            location=location,
            table_id=str(metadata.id),
            version=int(table.version()),
            size_bytes=sum(sizes),
            files=len(sizes),
            rows=_rows(table, list(actions["num_records"].to_pylist())),
            partition_columns=tuple(metadata.partition_columns),
            created_at=metadata.created_time,
            modified_at=newest.get("timestamp"),
            name=metadata.name,
            description=metadata.description,
            properties=dict(metadata.configuration),
            min_reader_version=protocol.min_reader_version,
            min_writer_version=protocol.min_writer_version,
            features=tuple(sorted({*(protocol.reader_features or ()), *(protocol.writer_features or ())})),
        )


def history(location: str, limit: int = 100, *, options: StorageOptions | None = None) -> tuple[Commit, ...]:
    """The commits, newest first: as far back as the log goes, `limit` at most.

    Raises:
        InvalidParameterValue: limit is not within 1 … MAX_COMMITS.
        As `open_table`.
    """
    if not 1 <= limit <= MAX_COMMITS:
        raise InvalidParameterValue(f"limit must be within 1 and {MAX_COMMITS}, but is {limit}.")
    table = open_table(location, options=options)
    with translated(location):
        return tuple(_commit(entry) for entry in table.history(limit))


def _column(position: int, field: Mapping[str, Any], partitions: tuple[str, ...]) -> Column:
    name, kind = field["name"], field["type"]
    return Column(
        name=name,
        type_text=type_text(kind),
        type_name=type_name(kind),
        type_json=field_json(field),
        nullable=field["nullable"],
        position=position,
        partition_index=partitions.index(name) if name in partitions else None,
        comment=field["metadata"].get("comment"),
    )


def _rows(table: DeltaTable, counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    if len(known) < len(counts) or _marks_deleted_rows(table):
        return None
    return sum(known)


def _marks_deleted_rows(table: DeltaTable) -> bool:
    features = table.protocol().reader_features or ()
    return "deletionVectors" in features and any(batch.num_rows for batch in table.deletion_vectors())


def _commit(entry: Mapping[str, Any]) -> Commit:
    return Commit(
        version=entry["version"],
        timestamp=entry.get("timestamp"),
        operation=entry.get("operation") or "",
        parameters=entry.get("operationParameters") or {},
        metrics=entry.get("operationMetrics") or {},
        engine=entry.get("engineInfo"),
        user_name=entry.get("userName"),
    )
