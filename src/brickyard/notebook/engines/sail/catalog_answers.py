"""spark.catalog: what Sail answers with its own provider names, or not at all, is answered from the catalog."""

from collections.abc import Callable
from typing import Any, cast

import pyarrow as pa
import pyspark.sql.connect.proto as pb
from pyspark.sql.connect.types import proto_schema_to_pyspark_data_type
from pyspark.sql.types import StructField, StructType

from brickyard.notebook.catalog import SchemaEntry, TableEntry, quote_name
from brickyard.notebook.engines import conditions, plans
from brickyard.notebook.engines.delta_log import comments_of, partition_columns_of
from brickyard.notebook.engines.listing import listed_catalogs, matches
from brickyard.notebook.engines.plans import EngineCalls
from brickyard.notebook.engines.sail.names import require_schema
from brickyard.notebook.engines.sail.statements import drop_table, use_catalog, use_schema
from brickyard.notebook.engines.sail.tables import Tables
from brickyard.notebook.engines.sail.writes import Mode, TableWrite, register_existing, write_now

_VALUE = pa.schema({"value": pa.string()})
_FLAG = pa.schema({"value": pa.bool_()})
_DATABASES = pa.schema(
    {"name": pa.string(), "catalog": pa.string(), "description": pa.string(), "locationUri": pa.string()}
)
_TABLES = pa.schema(
    {
        "name": pa.string(),
        "catalog": pa.string(),
        "namespace": pa.list_(pa.string()),
        "description": pa.string(),
        "tableType": pa.string(),
        "isTemporary": pa.bool_(),
    }
)
_COLUMNS = pa.schema(
    {
        "name": pa.string(),
        "description": pa.string(),
        "dataType": pa.string(),
        "nullable": pa.bool_(),
        "isPartition": pa.bool_(),
        "isBucket": pa.bool_(),
        "isCluster": pa.bool_(),
    }
)


def answer_catalog(tables: Tables, calls: EngineCalls, asked: pb.Catalog) -> pb.Relation | None:
    """The rows that answer a question of spark.catalog; None: Sail answers it.

    Raises:
        AnalysisException: a name is not found.
    """
    kind = asked.WhichOneof("cat_type")
    handler = _HANDLERS.get(kind or "")
    return handler(tables, calls, getattr(asked, kind or "")) if handler else None


def show_created(plan: pb.Plan) -> None:
    """Make the DataFrame that spark.catalog.createTable gives one of the table: Sail can only execute its plan."""
    if plan.root.HasField("catalog") and plan.root.catalog.WhichOneof("cat_type") == "create_table":
        plan.root.CopyFrom(_named(plan.root.catalog.create_table.table_name))


def _current_catalog(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    return _rows(_VALUE, [{"value": tables.names.current[0]}])


def _current_database(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    return _rows(_VALUE, [{"value": tables.names.current[1]}])


def _set_catalog(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    use_catalog(tables, calls, tables.names.parts(asked.catalog_name)[0])
    return _rows(_FLAG, [{"value": True}])


def _set_database(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    use_schema(tables, calls, tables.names.parts(asked.db_name))
    return _rows(_FLAG, [{"value": True}])


def _list_catalogs(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    return listed_catalogs(tables.catalog, asked.pattern)


def _list_databases(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    entries = tables.catalog.schemas(tables.names.current[0])
    return _rows(_DATABASES, [_database(entry) for entry in entries if matches(entry.name, asked.pattern)])


def _get_database(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    catalog, schema = tables.names.schema(tables.names.parts(asked.db_name))
    return _rows(_DATABASES, [_database(require_schema(tables.catalog, catalog, schema))])


def _database_exists(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    catalog, schema = tables.names.schema(tables.names.parts(asked.db_name))
    return _rows(_FLAG, [{"value": tables.catalog.schema(catalog, schema) is not None}])


def _list_tables(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation | None:
    named = tables.names.parts(asked.db_name) if asked.HasField("db_name") else ()
    if named == ("global_temp",):
        return None
    catalog, schema = tables.names.schema(named) if named else tables.names.current
    require_schema(tables.catalog, catalog, schema)
    entries = [entry for entry in tables.catalog.tables(catalog, schema) if matches(entry.name.table, asked.pattern)]
    views = [_view(name) for name in tables.temporary_views(calls) if matches(name, asked.pattern)]
    return _rows(_TABLES, [*(_table(entry) for entry in entries), *views])


def _get_table(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation | None:
    parts = _table_parts(tables, asked)
    entry = tables.catalog.table(tables.names.table(parts))
    if entry is None:
        if len(parts) == 3:
            raise conditions.table_not_found(parts)
        return None
    return _rows(_TABLES, [_table(entry)])


def _table_exists(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation | None:
    parts = _table_parts(tables, asked)
    if tables.catalog.table(tables.names.table(parts)) is not None:
        return _rows(_FLAG, [{"value": True}])
    return _rows(_FLAG, [{"value": False}]) if len(parts) == 3 else None


def _list_columns(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    """Of a table or a view: Sail knows those of views alone."""
    parts = _table_parts(tables, asked)
    entry = tables.catalog.table(tables.names.table(parts))
    stored = entry.location if entry and entry.format == "delta" else ""
    partition_by = partition_columns_of(stored, tables.options(stored)) if stored else ()
    comments = comments_of(stored, tables.options(stored)) if stored else {}
    schema = calls.schema(_named(quote_name(parts)))
    return _rows(_COLUMNS, [_column(field, comments.get(field.name), partition_by) for field in schema.fields])


def _create_table(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    """The new table, empty; with a path and without a schema the Delta table that lies there."""
    name = tables.names.table(tables.names.parts(asked.table_name))
    location = tables.location(asked.path)
    if asked.HasField("schema"):
        schema = proto_schema_to_pyspark_data_type(asked.schema)
        write = TableWrite(
            name=name,
            mode=Mode.CREATE,
            input=pb.Relation(),
            declared=cast(StructType, schema),
            source=asked.source,
            options=dict(asked.options),
            comment=asked.description,
            location=location,
        )
        write_now(tables, calls, write)
    else:
        register_existing(tables, calls, name, location, comment=asked.description)
    return _named(name.quoted)


def _drop_table(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    drop_table(tables, tables.names.parts(asked.table_name), if_exists=asked.if_exists)
    return _rows(_FLAG, [{"value": True}])


def _refresh_table(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    """Nothing to refresh: Sail reads a table's log anew for each query."""
    calls.schema(_named(asked.table_name))
    return _rows(_FLAG, [{"value": True}])


def _cache_table(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    """Sail keeps no tables in memory, as it does with df.cache(): the name is checked, and results are the same."""
    calls.schema(_named(asked.table_name))
    return _rows(_FLAG, [{"value": True}])


def _is_cached(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    calls.schema(_named(asked.table_name))
    return _rows(_FLAG, [{"value": False}])


def _clear_cache(tables: Tables, calls: EngineCalls, asked: Any) -> pb.Relation:
    return _rows(_FLAG, [{"value": True}])


_HANDLERS: dict[str, Callable[[Tables, EngineCalls, Any], pb.Relation | None]] = {
    "current_catalog": _current_catalog,
    "current_database": _current_database,
    "set_current_catalog": _set_catalog,
    "set_current_database": _set_database,
    "list_catalogs": _list_catalogs,
    "list_databases": _list_databases,
    "get_database": _get_database,
    "database_exists": _database_exists,
    "list_tables": _list_tables,
    "get_table": _get_table,
    "table_exists": _table_exists,
    "list_columns": _list_columns,
    "create_table": _create_table,
    "create_external_table": _create_table,
    "drop_table": _drop_table,
    "cache_table": _cache_table,
    "uncache_table": _cache_table,
    "is_cached": _is_cached,
    "clear_cache": _clear_cache,
    "refresh_table": _refresh_table,
}


def _table_parts(tables: Tables, asked: Any) -> tuple[str, ...]:
    parts = tables.names.parts(asked.table_name)
    return (*tables.names.parts(asked.db_name), *parts) if asked.HasField("db_name") else parts


def _named(name: str) -> pb.Relation:
    relation = pb.Relation()
    relation.read.named_table.unparsed_identifier = name
    return relation


def _database(entry: SchemaEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "catalog": entry.catalog,
        "description": entry.comment or None,
        "locationUri": entry.storage_root or None,
    }


def _table(entry: TableEntry) -> dict[str, Any]:
    return {
        "name": entry.name.table,
        "catalog": entry.name.catalog,
        "namespace": [entry.name.schema],
        "description": entry.comment or None,
        "tableType": entry.table_type,
        "isTemporary": False,
    }


def _column(field: StructField, comment: str | None, partition_by: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": field.name,
        "description": comment,
        "dataType": field.dataType.simpleString(),
        "nullable": field.nullable,
        "isPartition": field.name in partition_by,
        "isBucket": False,
        "isCluster": False,
    }


def _view(name: str) -> dict[str, Any]:
    return {"name": name, "namespace": [], "tableType": "TEMPORARY", "isTemporary": True}


def _rows(schema: pa.Schema, rows: list[dict[str, Any]]) -> pb.Relation:
    return plans.local(pa.Table.from_pylist(rows, schema=schema))
