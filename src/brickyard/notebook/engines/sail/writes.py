"""Writes to tables of the catalog: saveAsTable, insertInto, writeTo and CREATE TABLE AS become writes to the table's
location, and a new table is registered when its data are there.

A table is created by one commit in a folder of its own and replaced by one commit in its folder, so no reader sees it
half written, and a query that reads the table which it replaces reads the version before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto

import pyspark.sql.connect.proto as pb
from deltalake.exceptions import DeltaError
from pyspark.sql.types import StructType

from brickyard.notebook.catalog import TableEntry, TableName
from brickyard.notebook.engines import conditions, plans
from brickyard.notebook.engines.delta_log import create_empty, is_delta, partition_columns_of
from brickyard.notebook.engines.plans import EngineCalls
from brickyard.notebook.engines.sail.names import require_schema
from brickyard.notebook.engines.sail.partitions import CONF, is_dynamic, partitions_of
from brickyard.notebook.engines.sail.schemas import conform, nullable, require_distinct
from brickyard.notebook.engines.sail.tables import Tables, writable

SaveMode = pb.WriteOperation.SaveMode


class Mode(Enum):
    """What is done when the table is there, and when it is not."""

    CREATE = auto()
    CREATE_IF_MISSING = auto()
    APPEND = auto()
    APPEND_EXISTING = auto()
    OVERWRITE = auto()
    OVERWRITE_PARTITIONS = auto()
    REPLACE = auto()
    CREATE_OR_REPLACE = auto()


_NEED_TABLE = frozenset({Mode.APPEND_EXISTING, Mode.OVERWRITE_PARTITIONS, Mode.REPLACE})
_REPLACE = frozenset({Mode.REPLACE, Mode.CREATE_OR_REPLACE})


@dataclass(frozen=True, kw_only=True, slots=True)
class TableWrite:
    """One write to a table, whatever call it came from."""

    name: TableName
    mode: Mode
    input: pb.Relation
    source: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    partition_by: tuple[str, ...] = ()
    comment: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    location: str = ""
    """Where an external table lies; empty: in the schema's folder."""
    declared: StructType | None = None
    """The columns of a table that is created without rows; `input` does not matter then."""

    def option(self, name: str) -> str:
        """An option; upper and lower case do not count."""
        return next((value for key, value in self.options.items() if key.lower() == name.lower()), "")

    def flag(self, name: str) -> bool:
        return self.option(name).lower() == "true"

    def with_options(self, **changes: str | None) -> dict[str, str]:
        """The options with some set, or with None left out."""
        names = {name.lower() for name in changes}
        kept = {key: value for key, value in self.options.items() if key.lower() not in names}
        return kept | {name: value for name, value in changes.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A command that does the write, or None where there are no rows to write, and what is to be done then."""

    command: pb.Command | None
    after: Callable[[], None]


def prepare(tables: Tables, calls: EngineCalls, write: TableWrite) -> Prepared | None:
    """The write as a command for the engine; None: nothing is to be written.

    Raises:
        AnalysisException: it is refused: the table is there, or is not, or the data do not fit.
    """
    if write.source.lower() not in {"", "delta"}:
        raise conditions.other_format(write.name.quoted, "Delta", write.source)
    entry = tables.catalog.table(write.name)
    tables.clouds.prepare([entry.location if entry else write.location], calls)
    if entry is None:
        if write.mode in _NEED_TABLE:
            raise conditions.table_not_found(write.name.parts)
        return _create(tables, calls, write)
    if write.mode is Mode.CREATE:
        raise conditions.table_exists(write.name)
    if write.mode is Mode.CREATE_IF_MISSING:
        return None
    if entry.format != "delta":
        raise conditions.other_format(write.name.quoted, entry.format, "Delta")
    writable(entry.location)
    if write.mode in _REPLACE or (write.mode is Mode.OVERWRITE and write.flag("overwriteSchema")):
        return _replace(tables, calls, write, entry)
    return _change(tables, calls, write, entry)


def write_now(tables: Tables, calls: EngineCalls, write: TableWrite) -> bool:
    """Do a write that is no command of the user's; False: nothing was to be written."""
    prepared = prepare(tables, calls, write)
    if prepared is None:
        return False
    if prepared.command is not None:
        calls.run(command=prepared.command)
    prepared.after()
    return True


def register_existing(
    tables: Tables,
    calls: EngineCalls,
    name: TableName,
    location: str,
    *,
    comment: str = "",
    properties: Mapping[str, str] | None = None,
) -> None:
    """Give a Delta table that lies at a location a name.

    Raises:
        AnalysisException: the name is taken, its schema is missing, or there is no Delta table.
    """
    require_schema(tables.catalog, name.catalog, name.schema)
    if tables.catalog.table(name) is not None:
        raise conditions.table_exists(name)
    tables.clouds.prepare([location], calls)
    if not location or not is_delta(location, tables.options(location)):
        raise conditions.syntax_error(f"a table without columns needs a Delta table at its location, not {location!r}.")
    schema = calls.schema(plans.delta_at(location))
    tables.register(name, location, schema, managed=False, comment=comment, properties=properties)


def save_as_table(tables: Tables, operation: pb.WriteOperation) -> TableWrite:
    """df.write.….saveAsTable(name) as a write."""
    modes = {
        SaveMode.SAVE_MODE_APPEND: Mode.APPEND,
        SaveMode.SAVE_MODE_OVERWRITE: Mode.OVERWRITE,
        SaveMode.SAVE_MODE_IGNORE: Mode.CREATE_IF_MISSING,
    }
    if operation.HasField("bucket_by"):
        raise conditions.not_here("Delta tables have no buckets: leave bucketBy and sortBy out.")
    options = dict(operation.options)
    if operation.with_schema_evolution:
        options["mergeSchema"] = "true"
    write = TableWrite(
        name=tables.names.table(tables.names.parts(operation.table.table_name)),
        mode=modes.get(operation.mode, Mode.CREATE),
        input=operation.input,
        source=operation.source,
        options=options,
        partition_by=tuple(operation.partitioning_columns),
    )
    return replace(write, location=tables.location(write.option("path")), options=write.with_options(path=None))


def write_to(tables: Tables, operation: pb.WriteOperationV2) -> TableWrite | None:
    """df.writeTo(name).… as a write; None: an overwrite by a condition, which the engine does itself."""
    v2 = pb.WriteOperationV2.Mode
    modes = {
        v2.MODE_CREATE: Mode.CREATE,
        v2.MODE_REPLACE: Mode.REPLACE,
        v2.MODE_CREATE_OR_REPLACE: Mode.CREATE_OR_REPLACE,
        v2.MODE_APPEND: Mode.APPEND_EXISTING,
        v2.MODE_OVERWRITE_PARTITIONS: Mode.OVERWRITE_PARTITIONS,
    }
    if operation.mode not in modes:
        return None
    options = dict(operation.options)
    if operation.with_schema_evolution:
        options["mergeSchema"] = "true"
    return TableWrite(
        name=tables.names.table(tables.names.parts(operation.table_name)),
        mode=modes[operation.mode],
        input=operation.input,
        source=operation.provider,
        options=options,
        partition_by=tuple(_column_of(expression) for expression in operation.partitioning_columns),
        properties=dict(operation.table_properties),
    )


def fit_overwrite(tables: Tables, calls: EngineCalls, operation: pb.WriteOperationV2) -> Callable[[], None]:
    """Prepare df.writeTo(name).overwrite(condition), in place."""
    name = tables.names.table(tables.names.parts(operation.table_name))
    entry = tables.require(name)
    writable(entry.location)
    operation.table_name = name.quoted
    operation.input.CopyFrom(_fitted(calls, name, operation.input, entry.location, evolve=False))
    return lambda: tables.wrote(name, entry.location)


def insert_into(tables: Tables, calls: EngineCalls, operation: pb.WriteOperation) -> Callable[[], None]:
    """Prepare df.write.insertInto(name), in place: the engine does it, by position."""
    name = tables.names.table(tables.names.parts(operation.table.table_name))
    entry = tables.require(name)
    if operation.mode == SaveMode.SAVE_MODE_OVERWRITE:
        refuse_dynamic(tables, calls, entry)
        writable(entry.location)
    operation.table.table_name = name.quoted
    return lambda: tables.wrote(name, entry.location)


def refuse_dynamic(tables: Tables, calls: EngineCalls, entry: TableEntry) -> None:
    """Refuse an overwrite by position where the session asks to overwrite partitions alone: Sail overwrites all.

    Raises:
        UnsupportedOperationException: names the call that does it.
    """
    if not (entry.format == "delta" and is_dynamic(calls)):
        return
    if partition_columns_of(entry.location, tables.options(entry.location)):
        raise conditions.not_here(
            f"the engine sail does not overwrite single partitions by INSERT OVERWRITE or insertInto, as {CONF} asks: "
            "use df.writeTo(name).overwritePartitions()."
        )


def _create(tables: Tables, calls: EngineCalls, write: TableWrite) -> Prepared:
    require_schema(tables.catalog, write.name.catalog, write.name.schema)
    schema = write.declared or nullable(calls.schema(write.input))
    require_distinct(write.name.quoted, schema)
    known = writable(write.location) if write.location else ""
    location = known or tables.new_location(write.name)

    def register() -> None:
        tables.register(
            write.name,
            location,
            schema,
            managed=not known,
            partition_by=write.partition_by,
            comment=write.comment,
            properties=write.properties,
        )

    if write.declared:
        _commit_empty(tables, write, location, schema)
        return Prepared(None, register)
    save = SaveMode.SAVE_MODE_ERROR_IF_EXISTS
    if known and is_delta(known, tables.options(known)) and write.mode is not Mode.CREATE:
        save = SaveMode.SAVE_MODE_APPEND if write.mode is Mode.APPEND else SaveMode.SAVE_MODE_OVERWRITE
    elif write.partition_by and tuple(schema.names[-len(write.partition_by) :]) != write.partition_by:
        # Sail puts the columns of the partitioning last in a table that it creates; rows by position would go astray.
        _commit_empty(tables, write, location, schema)
        save = SaveMode.SAVE_MODE_APPEND
    options = write.with_options() | _delta_properties(write.properties)
    return Prepared(_command(write, _as_nullable(calls, write.input), location, save, options), register)


def _replace(tables: Tables, calls: EngineCalls, write: TableWrite, entry: TableEntry) -> Prepared:
    def wrote() -> None:
        tables.wrote(write.name, entry.location)

    require_distinct(write.name.quoted, write.declared or calls.schema(write.input))
    if write.declared:
        _commit_empty(tables, write, entry.location, write.declared, replace=True)
        return Prepared(None, wrote)
    options = write.with_options(overwriteSchema="true", mergeSchema=None) | _delta_properties(write.properties)
    source = _as_nullable(calls, write.input)
    return Prepared(_command(write, source, entry.location, SaveMode.SAVE_MODE_OVERWRITE, options), wrote)


def _commit_empty(
    tables: Tables, write: TableWrite, location: str, schema: StructType, *, replace: bool = False
) -> None:
    try:
        create_empty(
            location,
            schema.json(),
            partition_by=write.partition_by,
            properties=_delta_properties(write.properties),
            replace=replace,
            options=tables.options(location),
        )
    except (DeltaError, OSError, ValueError) as error:
        raise conditions.refused(f"the table {write.name.quoted} cannot be created: {error}") from None


def _change(tables: Tables, calls: EngineCalls, write: TableWrite, entry: TableEntry) -> Prepared | None:
    partition_by = partition_columns_of(entry.location, tables.options(entry.location))
    given = tuple(name.lower() for name in write.partition_by)
    if given and given != tuple(name.lower() for name in partition_by):
        raise conditions.partitioning_mismatch(write.name.quoted, partition_by, write.partition_by)
    source = _fitted(calls, write.name, write.input, entry.location, evolve=write.flag("mergeSchema"))
    if write.option("replaceWhere"):
        _require_matches(calls, write, source)
    elif partition_by and _is_dynamic(calls, write):
        return _overwrite_partitions(tables, calls, write, entry, source, partition_by)
    appends = write.mode in {Mode.APPEND, Mode.APPEND_EXISTING}
    save = SaveMode.SAVE_MODE_APPEND if appends else SaveMode.SAVE_MODE_OVERWRITE
    options = write.with_options(overwriteSchema=None)
    command = _command(replace(write, partition_by=partition_by), source, entry.location, save, options)
    return Prepared(command, lambda: tables.wrote(write.name, entry.location))


def _is_dynamic(calls: EngineCalls, write: TableWrite) -> bool:
    if write.mode is Mode.OVERWRITE:
        asked = write.option("partitionOverwriteMode").lower()
        return asked == "dynamic" or (not asked and is_dynamic(calls))
    return write.mode is Mode.OVERWRITE_PARTITIONS


def _overwrite_partitions(
    tables: Tables,
    calls: EngineCalls,
    write: TableWrite,
    entry: TableEntry,
    source: pb.Relation,
    partition_by: tuple[str, ...],
) -> Prepared | None:
    target = calls.schema(plans.delta_at(entry.location))
    condition = partitions_of(calls, source, partition_by, target)
    if condition is None:
        return None
    operation = pb.WriteOperationV2(
        input=source,
        table_name=write.name.quoted,
        mode=pb.WriteOperationV2.Mode.MODE_OVERWRITE,
        overwrite_condition=condition,
    )
    return Prepared(pb.Command(write_operation_v2=operation), lambda: tables.wrote(write.name, entry.location))


def _require_matches(calls: EngineCalls, write: TableWrite, source: pb.Relation) -> None:
    where = write.option("replaceWhere")
    others = plans.call("not", plans.call("coalesce", plans.sql_expression(where), plans.sql_expression("false")))
    if calls.rows(plans.matching(source, others, 1)):
        raise conditions.replace_where_mismatch(write.name.quoted, where)


def _command(
    write: TableWrite, source: pb.Relation, location: str, mode: SaveMode.ValueType, options: Mapping[str, str]
) -> pb.Command:
    operation = pb.WriteOperation(
        input=source,
        source="delta",
        path=location,
        mode=mode,
        partitioning_columns=write.partition_by,
        options=options,
    )
    return pb.Command(write_operation=operation)


def _fitted(calls: EngineCalls, name: TableName, source: pb.Relation, location: str, *, evolve: bool) -> pb.Relation:
    schema, target = calls.schema(source), calls.schema(plans.delta_at(location))
    columns = conform(name.quoted, schema, target, evolve=evolve)
    fitted = source if columns is None else plans.project(source, columns)
    # A new column that cannot be null would make the rows that lack it unreadable.
    return _as_nullable(calls, fitted) if evolve else fitted


def _as_nullable(calls: EngineCalls, source: pb.Relation) -> pb.Relation:
    """Sail takes over which columns can be null from the query; a union with no rows makes all of them so."""
    schema = calls.schema(source)
    wanted = nullable(schema)
    return source if wanted == schema else plans.union(source, plans.empty(wanted))


def _delta_properties(properties: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in properties.items() if name.startswith("delta.")}


def _column_of(expression: pb.Expression) -> str:
    if expression.WhichOneof("expr_type") == "unresolved_attribute":
        return expression.unresolved_attribute.unparsed_identifier.strip("`")
    raise conditions.not_here(
        "partitionedBy takes plain columns on Delta tables, no partition transform: add a column that holds the value."
    )
