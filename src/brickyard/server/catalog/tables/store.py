"""SQL of tables."""

import msgspec
from sqlalchemy import Select, bindparam, insert, select, update

from brickyard.server.catalog.entities import Column, Table
from brickyard.server.catalog.locations import ancestors
from brickyard.server.catalog.names import FullName, SchemaName
from brickyard.server.catalog.paging import Page
from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.own_tables import catalog_tables as tables
from brickyard.server.db.own_tables import catalogs, schemas
from brickyard.server.db.statements import Statement

_FIELDS = (
    "table_id",
    "schema_id",
    "name",
    "comment",
    "owner",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "table_type",
    "location",
)
_JOINED = tables.join(schemas, tables.c.schema_id == schemas.c.schema_id).join(
    catalogs, schemas.c.catalog_id == catalogs.c.catalog_id
)
_TABLES = select(
    catalogs.c.name, schemas.c.name, tables.c.columns, tables.c.properties, *(tables.c[name] for name in _FIELDS)
).select_from(_JOINED)
_TABLE = Statement(
    _TABLES.where(
        catalogs.c.name == bindparam("catalog"), schemas.c.name == bindparam("schema"), tables.c.name == bindparam("of")
    )
)
_BY_ID = Statement(_TABLES.where(tables.c.table_id == bindparam("of")))
_PAGE = Statement(
    _TABLES.where(
        catalogs.c.name == bindparam("catalog"),
        schemas.c.name == bindparam("schema"),
        tables.c.name > bindparam("after"),
    )
    .order_by(tables.c.name)
    .limit(bindparam("most"))
)
_INSERT = Statement(insert(tables))
_UPDATE = Statement(
    update(tables)
    .where(tables.c.table_id == bindparam("of"))
    .values(
        {
            name: bindparam(f"new_{name}")
            for name in ("name", "comment", "owner", "updated_at", "updated_by", "properties")
        }
    )
)

_decode_columns = msgspec.json.Decoder(tuple[Column, ...]).decode
_decode_properties = msgspec.json.Decoder(dict[str, str]).decode


def table(connection: Connection, name: FullName) -> Table | None:
    row = connection.one(_TABLE, catalog=name.catalog, schema=name.schema, of=name.name)
    return None if row is None else _table_of(row)


def table_by_id(connection: Connection, table_id: str) -> Table | None:
    row = connection.one(_BY_ID, of=table_id)
    return None if row is None else _table_of(row)


def tables_page(connection: Connection, of: SchemaName, page: Page) -> list[Table]:
    rows = connection.all(_PAGE, catalog=of.catalog, schema=of.schema, after=page.after, most=page.fetch)
    return [_table_of(row) for row in rows]


def summaries_page(
    connection: Connection, catalog: str, schema_pattern: str, table_pattern: str, page: Page
) -> list[tuple[str, str]]:
    """Names relative to the catalog, with the type, of the tables whose names match the LIKE patterns ('' is all)."""
    rows = connection.all(_summaries(catalog, schema_pattern, table_pattern, page))
    return [(str(row[0]), str(row[1])) for row in rows]


def overlapping(connection: Connection, location: str) -> str | None:
    """The location of a table that contains this location, is it, or lies in it."""
    row = connection.one(_overlapping(location))
    return None if row is None else str(row[0])


def is_above_schema(connection: Connection, location: str) -> bool:
    """Whether a location is the folder of a schema, or contains one."""
    inside = schemas.c.folder.startswith(f"{location}/", autoescape=True)
    return (
        connection.one(select(schemas.c.schema_id).where((schemas.c.folder == location) | inside).limit(1)) is not None
    )


def insert_table(connection: Connection, new: Table) -> None:
    connection.execute(
        _INSERT,
        **{name: getattr(new, name) for name in _FIELDS},
        columns=msgspec.json.encode(new.columns).decode(),
        properties=msgspec.json.encode(new.properties).decode(),
    )


def update_table(connection: Connection, new: Table) -> None:
    """Give the table of this id the other name, comment, owner and properties."""
    connection.execute(
        _UPDATE,
        of=new.table_id,
        new_name=new.name,
        new_comment=new.comment,
        new_owner=new.owner,
        new_updated_at=new.updated_at,
        new_updated_by=new.updated_by,
        new_properties=msgspec.json.encode(new.properties).decode(),
    )


def _summaries(catalog: str, schema_pattern: str, table_pattern: str, page: Page) -> Select[tuple[str, str]]:
    key = schemas.c.name + "." + tables.c.name
    statement = (
        select(key, tables.c.table_type).select_from(_JOINED).where(catalogs.c.name == catalog, key > page.after)
    )
    if schema_pattern:
        statement = statement.where(schemas.c.name.like(schema_pattern, escape="\\"))
    if table_pattern:
        statement = statement.where(tables.c.name.like(table_pattern, escape="\\"))
    return statement.order_by(key).limit(page.fetch)


def _overlapping(location: str) -> Select[tuple[str]]:
    around = tables.c.location.in_([location, *ancestors(location)])
    inside = tables.c.location.startswith(f"{location}/", autoescape=True)
    return select(tables.c.location).where(around | inside).limit(1)


def _table_of(row: Row) -> Table:
    catalog_name, schema_name, columns, properties, *fields = row
    return Table(
        catalog_name=catalog_name,
        schema_name=schema_name,
        columns=_decode_columns(columns),
        properties=_decode_properties(properties),
        **dict(zip(_FIELDS, fields, strict=True)),
    )
