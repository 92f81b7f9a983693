"""SQL statements that Sail cannot parse or does in another way, recognised by their first words and done beside it.

Everything else goes to Sail as it was written. A statement is recognised whole or not at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

import pyspark.sql.connect.proto as pb

from brickyard.notebook.catalog import quote_name
from brickyard.notebook.engines import conditions, plans
from brickyard.notebook.engines.catalog_statements import change_catalogs
from brickyard.notebook.engines.constraints import change_key, read_alter_table
from brickyard.notebook.engines.plans import EngineCalls
from brickyard.notebook.engines.sail import answers
from brickyard.notebook.engines.sail.create_table import columns_of, query_of, read_create_table
from brickyard.notebook.engines.sail.gaps import STATEMENTS, gap
from brickyard.notebook.engines.sail.names import DEFAULT_SCHEMA, require_schema
from brickyard.notebook.engines.sail.tables import Tables
from brickyard.notebook.engines.sail.writes import Mode, TableWrite, register_existing, write_now
from brickyard.notebook.engines.sql_text import Reader


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement on its way to the engine."""

    tables: Tables
    calls: EngineCalls
    sql: pb.SQL

    def reader(self) -> Reader:
        return Reader(self.sql.query)


def answer_statement(statement: Statement) -> pb.Relation | None:
    """Do a statement that is done here, and its answer; None: it is Sail's.

    Raises:
        AnalysisException: it is refused.
    """
    for handler in _HANDLERS:
        if (answer := handler(statement)) is not None:
            return answer
    return None


def _create_table(statement: Statement) -> pb.Relation | None:
    create = read_create_table(statement.reader())
    if create is None:
        return None
    tables, calls = statement.tables, statement.calls
    name = tables.names.table(create.parts)
    location = tables.location(create.location)
    if location and not create.query and not create.columns:
        if create.mode is Mode.CREATE_IF_MISSING and tables.catalog.table(name) is not None:
            return answers.nothing()
        register_existing(tables, calls, name, location, comment=create.comment, properties=create.properties)
        return answers.nothing()
    write = TableWrite(
        name=name,
        mode=create.mode,
        input=query_of(create, statement.sql),
        declared=None if create.query else columns_of(create, calls),
        source=create.source,
        partition_by=create.partition_by,
        comment=create.comment,
        properties=create.properties,
        location=location,
    )
    if write_now(tables, calls, write) and create.key:
        key = create.key.named(name)
        tables.catalog.add_primary_key(name, key.name, key.columns, key.timeseries)
    return answers.nothing()


def _alter_table(statement: Statement) -> pb.Relation | None:
    alter = read_alter_table(statement.reader())
    if alter is None:
        _refuse_alter(statement)
        return None
    tables = statement.tables
    change_key(tables.catalog, tables.require(tables.names.table(alter.parts)), alter)
    return answers.nothing()


def _refuse_alter(statement: Statement) -> None:
    reader = statement.reader()
    if reader.accept("ALTER", "TABLE") and reader.name() and reader.accept("ADD"):
        raise _missing("ALTER TABLE … ADD COLUMNS")


def _drop_table(statement: Statement) -> pb.Relation | None:
    reader = statement.reader()
    if not reader.accept("DROP", "TABLE"):
        return None
    if_exists = reader.accept("IF", "EXISTS")
    parts = reader.name()
    reader.accept("PURGE")
    if parts is None or not reader.at_end:
        return None
    drop_table(statement.tables, parts, if_exists=if_exists)
    return answers.nothing()


def drop_table(tables: Tables, parts: tuple[str, ...], *, if_exists: bool) -> None:
    """Make the catalog forget a table.

    Raises:
        AnalysisException: TABLE_OR_VIEW_NOT_FOUND.
    """
    name = tables.names.table(parts)
    entry = tables.catalog.table(name)
    if entry is None:
        if if_exists:
            return
        raise conditions.table_not_found(name.parts)
    tables.catalog.drop(name)
    tables.wrote(name, entry.location)


def _truncate(statement: Statement) -> pb.Relation | None:
    reader, tables = statement.reader(), statement.tables
    if not reader.accept("TRUNCATE", "TABLE"):
        return None
    parts = reader.name()
    if parts is None or not reader.at_end:
        return None
    name = tables.names.table(parts)
    schema = statement.calls.schema(plans.delta_at(tables.require(name).location))
    write_now(tables, statement.calls, TableWrite(name=name, mode=Mode.OVERWRITE, input=plans.empty(schema)))
    return answers.nothing()


def _cache(statement: Statement) -> pb.Relation | None:
    """CACHE, UNCACHE and REFRESH TABLE: Sail keeps no tables in memory, so the name is all there is to check."""
    reader = statement.reader()
    if not (
        reader.accept("CACHE", "TABLE")
        or reader.accept("CACHE", "LAZY", "TABLE")
        or reader.accept("UNCACHE", "TABLE")
        or reader.accept("REFRESH", "TABLE")
    ):
        return None
    if_exists = reader.accept("IF", "EXISTS")
    parts = reader.name()
    if parts is None or not reader.at_end:
        return None
    if not if_exists:
        statement.calls.schema(_named(quote_name(parts)))
    return answers.nothing()


def _describe(statement: Statement) -> pb.Relation | None:
    reader = statement.reader()
    if not (reader.accept("DESCRIBE") or reader.accept("DESC")):
        return None
    for kind in ("DETAIL", "HISTORY"):
        if reader.accept(kind):
            return _describe_log(statement, reader, kind)
    reader.accept("TABLE")
    extended = reader.accept("EXTENDED") or reader.accept("FORMATTED")
    parts = reader.name()
    if parts is None or not reader.at_end or _is_other_kind(parts):
        return None
    name = statement.tables.names.table(parts)
    entry = statement.tables.catalog.table(name)
    if entry is None:
        if len(parts) == 3:
            raise conditions.table_not_found(parts)
        return _describe_view(statement, parts)
    schema = statement.calls.schema(_named(name.quoted))
    return answers.describe_table(name, entry, schema, statement.tables.options(entry.location), extended=extended)


def _is_other_kind(parts: tuple[str, ...]) -> bool:
    return len(parts) == 1 and parts[0].upper() in {"CATALOG", "SCHEMA", "DATABASE", "NAMESPACE", "FUNCTION", "QUERY"}


def _describe_view(statement: Statement, parts: tuple[str, ...]) -> pb.Relation:
    return answers.describe_columns(statement.calls.schema(_named(quote_name(parts))))


def _describe_log(statement: Statement, reader: Reader, kind: str) -> pb.Relation | None:
    tables = statement.tables
    parts = reader.name()
    if parts is None:
        text = reader.take("string")
        parts = ("delta", text.value) if text else None
    limit = reader.take("number") if reader.accept("LIMIT") else None
    if parts is None or not reader.at_end:
        return None
    if len(parts) == 2 and parts[0].lower() == "delta":
        entry = tables.at_location(tables.location(parts[1]))
    else:
        entry = tables.require(tables.names.table(parts))
    if kind == "DETAIL":
        return answers.describe_detail(entry.name, entry, tables.options(entry.location))
    newest = int(limit.text) if limit and limit.text.isdigit() else None
    return answers.describe_history(entry, newest, tables.options(entry.location))


def _use(statement: Statement) -> pb.Relation | None:
    reader = statement.reader()
    catalog_only = reader.accept("USE", "CATALOG") or reader.accept("SET", "CATALOG")
    if not catalog_only and not reader.accept("USE"):
        return None
    for word in ("SCHEMA", "DATABASE", "NAMESPACE"):
        if not catalog_only and reader.accept(word):
            break
    text = reader.take("string") if catalog_only else None
    parts = (text.value,) if text else reader.name()
    if parts is None or not reader.at_end:
        return None
    if catalog_only:
        use_catalog(statement.tables, statement.calls, parts[0])
    else:
        use_schema(statement.tables, statement.calls, parts)
    return answers.nothing()


def use_catalog(tables: Tables, calls: EngineCalls, catalog: str) -> None:
    """Make a catalog the current one, with its schema `default`.

    Raises:
        AnalysisException: CATALOG_NOT_FOUND, or SCHEMA_NOT_FOUND for its schema `default`.
    """
    if not tables.catalog.has_catalog(catalog):
        raise conditions.catalog_not_found(catalog)
    require_schema(tables.catalog, catalog, DEFAULT_SCHEMA)
    tables.names.use(catalog, DEFAULT_SCHEMA, calls)


def use_schema(tables: Tables, calls: EngineCalls, parts: tuple[str, ...]) -> None:
    """Make a schema the current one.

    Raises:
        AnalysisException: SCHEMA_NOT_FOUND.
    """
    catalog, schema = tables.names.schema(parts)
    if len(parts) == 1 and tables.catalog.schema(catalog, schema) is None and tables.catalog.has_catalog(schema):
        use_catalog(tables, calls, schema)
        return
    require_schema(tables.catalog, catalog, schema)
    tables.names.use(catalog, schema, calls)


def _catalogs(statement: Statement) -> pb.Relation | None:
    done = change_catalogs(statement.reader(), statement.tables.catalog)
    return answers.nothing() if done else None


def _show(statement: Statement) -> pb.Relation | None:
    reader, tables = statement.reader(), statement.tables
    if reader.accept("SHOW", "CATALOGS"):
        pattern = _pattern(reader)
        names = [name for name in tables.catalog.catalogs() if fnmatchcase(name.lower(), pattern)]
        return answers.names_table(names, "catalog") if reader.at_end else None
    if reader.accept("SHOW", "SCHEMAS") or reader.accept("SHOW", "DATABASES"):
        catalog = tables.names.current[0]
        if reader.accept("IN") or reader.accept("FROM"):
            catalog = ".".join(reader.name() or ())
        pattern = _pattern(reader)
        if not reader.at_end:
            return None
        if not tables.catalog.has_catalog(catalog):
            raise conditions.catalog_not_found(catalog)
        names = [entry.name for entry in tables.catalog.schemas(catalog) if fnmatchcase(entry.name.lower(), pattern)]
        return answers.names_table(names, "databaseName")
    if reader.accept("SHOW", "TABLES"):
        return _show_tables(statement, reader)
    if reader.accept("SHOW", "COLUMNS") and (reader.accept("IN") or reader.accept("FROM")):
        parts = reader.name()
        if parts is None or not reader.at_end:
            return None
        return answers.names_table(statement.calls.schema(_named(quote_name(parts))).names, "col_name")
    return None


def _show_tables(statement: Statement, reader: Reader) -> pb.Relation | None:
    tables = statement.tables
    catalog, schema = tables.names.current
    if reader.accept("IN") or reader.accept("FROM"):
        named = reader.name() or ()
        if named == ("global_temp",):
            return None
        catalog, schema = tables.names.schema(named)
    pattern = _pattern(reader)
    if not reader.at_end:
        return None
    require_schema(tables.catalog, catalog, schema)
    rows = [(schema, entry.name.table, False) for entry in tables.catalog.tables(catalog, schema)]
    rows += [("", view, True) for view in tables.temporary_views(statement.calls)]
    return answers.show_tables([row for row in rows if fnmatchcase(row[1].lower(), pattern)])


def _pattern(reader: Reader) -> str:
    reader.accept("LIKE")
    token = reader.take("string")
    return token.value.lower() if token else "*"


def _gaps(statement: Statement) -> pb.Relation | None:
    reader = statement.reader()
    for words, feature in STATEMENTS.items():
        if reader.accept(*words):
            raise _missing(feature)
    return None


def _missing(feature: str) -> Exception:
    row = gap(feature)
    return conditions.not_here(f"the engine sail has no {feature}: {row.hint}.")


def _named(name: str) -> pb.Relation:
    relation = pb.Relation()
    relation.read.named_table.unparsed_identifier = name
    return relation


_HANDLERS: tuple[Callable[[Statement], pb.Relation | None], ...] = (
    _create_table,
    _alter_table,
    _drop_table,
    _truncate,
    _cache,
    _describe,
    _use,
    _catalogs,
    _show,
    _gaps,
)
