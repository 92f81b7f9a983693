"""Questions that Sail cannot answer, answered from the catalog and the Delta log."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb
from pyspark.sql.types import StructType

from brickyard.notebook.catalog import TableEntry, TableName
from brickyard.notebook.engines import conditions, plans
from brickyard.notebook.engines.delta_log import Options, comments_of, history_of, partition_columns_of, state_of
from brickyard.notebook.engines.sail.tables import Tables

_MAP = pa.map_(pa.string(), pa.string())
_TIME = pa.timestamp("us", tz="UTC")

DETAIL = pa.schema(
    {
        "format": pa.string(),
        "id": pa.string(),
        "name": pa.string(),
        "description": pa.string(),
        "location": pa.string(),
        "createdAt": _TIME,
        "lastModified": _TIME,
        "partitionColumns": pa.list_(pa.string()),
        "clusteringColumns": pa.list_(pa.string()),
        "numFiles": pa.int64(),
        "sizeInBytes": pa.int64(),
        "properties": _MAP,
        "minReaderVersion": pa.int32(),
        "minWriterVersion": pa.int32(),
        "tableFeatures": pa.list_(pa.string()),
    }
)
"""Columns of DESCRIBE DETAIL (docs.delta.io, table utility commands)."""

HISTORY = pa.schema(
    {
        "version": pa.int64(),
        "timestamp": _TIME,
        "userId": pa.string(),
        "userName": pa.string(),
        "operation": pa.string(),
        "operationParameters": _MAP,
        "job": pa.string(),
        "notebook": pa.string(),
        "clusterId": pa.string(),
        "readVersion": pa.int64(),
        "isolationLevel": pa.string(),
        "isBlindAppend": pa.bool_(),
        "operationMetrics": _MAP,
        "userMetadata": pa.string(),
        "engineInfo": pa.string(),
    }
)
"""Columns of DESCRIBE HISTORY; the three that only a Databricks cluster fills are strings here and NULL."""

DESCRIBE = pa.schema({"col_name": pa.string(), "data_type": pa.string(), "comment": pa.string()})


def describe_detail(name: TableName, entry: TableEntry, options: Options) -> pb.Relation:
    """One row about a table.

    Raises:
        AnalysisException: its log is gone.
    """
    state = state_of(entry.location, options)
    if state is None:
        if entry.format == "delta":
            raise conditions.table_not_found(name.parts)
        return _rows(DETAIL, [{"format": entry.format, "name": name.full, "location": entry.location}])
    latest = history_of(entry.location, 1, options=options)
    row = {
        "format": "delta",
        "id": state.table_id,
        "name": name.full,
        "description": state.description or entry.comment or None,
        "location": entry.location,
        "createdAt": _time(state.created_at),
        "lastModified": _time(latest[0].get("timestamp") if latest else None),
        "partitionColumns": list(state.partition_columns),
        "clusteringColumns": [],
        "numFiles": state.files,
        "sizeInBytes": state.bytes,
        "properties": list(state.properties.items()),
        "minReaderVersion": state.reader_version,
        "minWriterVersion": state.writer_version,
        "tableFeatures": list(state.features),
    }
    return _rows(DETAIL, [row])


def describe_history(entry: TableEntry, limit: int | None, options: Options) -> pb.Relation:
    """The commits of a table, newest first."""
    rows = [
        {
            "version": commit["version"],
            "timestamp": _time(commit.get("timestamp")),
            "userId": commit.get("userId"),
            "userName": commit.get("userName"),
            "operation": commit.get("operation"),
            "operationParameters": _texts(commit.get("operationParameters")),
            "readVersion": commit.get("readVersion"),
            "isolationLevel": commit.get("isolationLevel"),
            "isBlindAppend": commit.get("isBlindAppend"),
            "operationMetrics": _texts(commit.get("operationMetrics")),
            "userMetadata": commit.get("userMetadata"),
            "engineInfo": commit.get("engineInfo"),
        }
        for commit in history_of(entry.location, limit, options=options)
    ]
    return _rows(HISTORY, rows)


def describe_table(
    name: TableName, entry: TableEntry, schema: StructType, options: Options, *, extended: bool
) -> pb.Relation:
    """The columns of a table, its partitioning, and with `extended` what the catalog says of it."""
    comments = comments_of(entry.location, options) if entry.format == "delta" else {}
    rows = [_described(field.name, field.dataType.simpleString(), comments.get(field.name)) for field in schema.fields]
    partition_by = partition_columns_of(entry.location, options) if entry.format == "delta" else ()
    if partition_by:
        rows += [_described("# Partition Information"), _described("# col_name", "data_type", "comment")]
        rows += [row for row in rows[: len(schema.fields)] if row["col_name"] in partition_by]
    if extended:
        facts = {
            "Catalog": name.catalog,
            "Database": name.schema,
            "Table": name.table,
            "Created Time": str(_time(entry.created_at) or ""),
            "Type": entry.table_type,
            "Comment": entry.comment,
            "Location": entry.location,
            "Provider": entry.format,
            "Owner": entry.owner,
        }
        rows += [_described(""), _described("# Detailed Table Information")]
        rows += [_described(key, value) for key, value in facts.items() if value]
    return _rows(DESCRIBE, rows)


def describe_columns(schema: StructType) -> pb.Relation:
    """The columns of a view."""
    fields = schema.fields
    return _rows(
        DESCRIBE, [_described(field.name, field.dataType.simpleString(), _comment(field.metadata)) for field in fields]
    )


def semantic_hash(tables: Tables, plan: pb.Plan) -> int:
    """A 32-bit hash that is equal for equal plans, whatever DataFrame they come from.

    Two plans that Spark's optimizer would find equal, but that are written in another way, hash apart here.
    """
    digest = hashlib.sha256(_canonical(tables, plan)).digest()
    return int.from_bytes(digest[:4], "big", signed=True)


def same_semantics(tables: Tables, one: pb.Plan, other: pb.Plan) -> bool:
    """Whether two plans are the same."""
    return _canonical(tables, one) == _canonical(tables, other)


def names_table(rows: Sequence[str], column: str) -> pb.Relation:
    """A column of names."""
    return _rows(pa.schema({column: pa.string()}), [{column: row} for row in rows])


def show_tables(rows: Sequence[tuple[str, str, bool]]) -> pb.Relation:
    """Schema, name, and whether it is a temporary view."""
    schema = pa.schema({"database": pa.string(), "tableName": pa.string(), "isTemporary": pa.bool_()})
    return _rows(schema, [dict(zip(schema.names, row, strict=True)) for row in rows])


def nothing() -> pb.Relation:
    """The answer to a statement that has none: no rows, and no columns that matter."""
    return _rows(pa.schema({"value": pa.bool_()}), [])


def _canonical(tables: Tables, plan: pb.Plan) -> bytes:
    """The plan's bytes without what differs from one use to the next: plan ids, and how table names are written."""
    plan = plans.copy(plan)
    for message in plans.walk(plan):
        if isinstance(message, pb.RelationCommon):
            message.ClearField("plan_id")
            message.ClearField("origin")
        elif isinstance(message, pb.Expression):
            message.ClearField("common")
        elif isinstance(message, pb.Expression.UnresolvedAttribute | pb.Expression.UnresolvedStar):
            message.ClearField("plan_id")
        elif isinstance(message, pb.Read.NamedTable):
            parts = tables.names.parts(message.unparsed_identifier)
            if len(parts) in {2, 3}:
                message.unparsed_identifier = tables.names.table(parts).quoted
    return bytes(plan.SerializeToString(deterministic=True))


def _rows(schema: pa.Schema, rows: Sequence[dict[str, Any]]) -> pb.Relation:
    return plans.local(pa.Table.from_pylist(list(rows), schema=schema))


def _described(name: str, kind: str = "", comment: str | None = "") -> dict[str, Any]:
    return {"col_name": name, "data_type": kind, "comment": comment}


def _comment(metadata: dict[str, Any] | None) -> str | None:
    return (metadata or {}).get("comment")


def _time(milliseconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if milliseconds else None


def _texts(values: Any) -> list[tuple[str, str]]:
    return [(str(key), str(value)) for key, value in (values or {}).items()]
