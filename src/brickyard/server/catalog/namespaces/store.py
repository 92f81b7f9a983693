"""SQL of catalogs and schemas."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from brickyard.server.catalog.entities import Catalog, Schema
from brickyard.server.catalog.names import SchemaName
from brickyard.server.catalog.paging import UNBOUNDED, Page
from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.own_tables import catalog_tables, catalogs, schemas, volumes
from brickyard.server.db.statements import Statement

_AUDIT = ("comment", "owner", "created_at", "created_by", "updated_at", "updated_by", "properties")

_CATALOGS = select(catalogs.c.catalog_id, catalogs.c.name, *(catalogs.c[name] for name in _AUDIT))
_CATALOG = Statement(_CATALOGS.where(catalogs.c.name == bindparam("of")))
_CATALOG_PAGE = Statement(
    _CATALOGS.where(catalogs.c.name > bindparam("after")).order_by(catalogs.c.name).limit(bindparam("most"))
)
_INSERT_CATALOG = Statement(insert(catalogs))
_UPDATE_CATALOG = Statement(
    update(catalogs)
    .where(catalogs.c.catalog_id == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in ("name", *_AUDIT)})
)
_DELETE_CATALOG = Statement(delete(catalogs).where(catalogs.c.catalog_id == bindparam("of")))

_SCHEMAS = select(
    schemas.c.schema_id,
    schemas.c.catalog_id,
    catalogs.c.name,
    schemas.c.folder,
    schemas.c.name,
    *(schemas.c[name] for name in _AUDIT),
).join_from(schemas, catalogs, schemas.c.catalog_id == catalogs.c.catalog_id)
_SCHEMA = Statement(_SCHEMAS.where(catalogs.c.name == bindparam("catalog"), schemas.c.name == bindparam("of")))
_SCHEMA_PAGE = Statement(
    _SCHEMAS.where(catalogs.c.name == bindparam("catalog"), schemas.c.name > bindparam("after"))
    .order_by(schemas.c.name)
    .limit(bindparam("most"))
)
_FOLDER = Statement(select(schemas.c.schema_id).where(schemas.c.folder == bindparam("of")))
_INSERT_SCHEMA = Statement(insert(schemas))
_UPDATE_SCHEMA = Statement(
    update(schemas)
    .where(schemas.c.schema_id == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in ("name", *_AUDIT)})
)
_DELETE_SCHEMA = Statement(delete(schemas).where(schemas.c.schema_id == bindparam("of")))
_TABLES_IN = Statement(
    select(func.count()).select_from(catalog_tables).where(catalog_tables.c.schema_id == bindparam("of"))
)
_VOLUMES_IN = Statement(select(func.count()).select_from(volumes).where(volumes.c.schema_id == bindparam("of")))


def catalog(connection: Connection, name: str) -> Catalog | None:
    row = connection.one(_CATALOG, of=name)
    return None if row is None else _catalog_of(row)


def catalogs_page(connection: Connection, of: Page) -> list[Catalog]:
    return [_catalog_of(row) for row in connection.all(_CATALOG_PAGE, after=of.after, most=of.fetch)]


def insert_catalog(connection: Connection, new: Catalog) -> None:
    connection.execute(_INSERT_CATALOG, catalog_id=new.catalog_id, name=new.name, **_audit(new))


def update_catalog(connection: Connection, new: Catalog) -> None:
    """Give the catalog of this id the other values."""
    connection.execute(_UPDATE_CATALOG, of=new.catalog_id, new_name=new.name, **_audit(new, "new_"))


def delete_catalog(connection: Connection, catalog_id: str) -> None:
    connection.execute(_DELETE_CATALOG, of=catalog_id)


def schema(connection: Connection, name: SchemaName) -> Schema | None:
    row = connection.one(_SCHEMA, catalog=name.catalog, of=name.schema)
    return None if row is None else _schema_of(row)


def schemas_page(connection: Connection, catalog_name: str, of: Page) -> list[Schema]:
    rows = connection.all(_SCHEMA_PAGE, catalog=catalog_name, after=of.after, most=of.fetch)
    return [_schema_of(row) for row in rows]


def schemas_in(connection: Connection, catalog_name: str) -> list[Schema]:
    return schemas_page(connection, catalog_name, Page("", UNBOUNDED))


def is_folder_taken(connection: Connection, folder: str) -> bool:
    return connection.one(_FOLDER, of=folder) is not None


def insert_schema(connection: Connection, new: Schema) -> None:
    connection.execute(
        _INSERT_SCHEMA,
        schema_id=new.schema_id,
        catalog_id=new.catalog_id,
        name=new.name,
        folder=new.folder,
        **_audit(new),
    )


def update_schema(connection: Connection, new: Schema) -> None:
    """Give the schema of this id the other values; its catalog and folder stay."""
    connection.execute(_UPDATE_SCHEMA, of=new.schema_id, new_name=new.name, **_audit(new, "new_"))


def delete_schema(connection: Connection, schema_id: str) -> None:
    connection.execute(_DELETE_SCHEMA, of=schema_id)


def count_content(connection: Connection, schema_id: str) -> tuple[int, int]:
    """Number of tables and of volumes in a schema."""
    tables, found = connection.one(_TABLES_IN, of=schema_id), connection.one(_VOLUMES_IN, of=schema_id)
    return (int(tables[0]) if tables else 0, int(found[0]) if found else 0)


def _audit(entry: Catalog | Schema, prefix: str = "") -> dict[str, object]:
    values = {name: getattr(entry, name) for name in _AUDIT}
    values["properties"] = msgspec.json.encode(entry.properties).decode()
    return {f"{prefix}{name}": value for name, value in values.items()}


def _catalog_of(row: Row) -> Catalog:
    catalog_id, name, *audit = row
    return Catalog(catalog_id=catalog_id, name=name, **_audit_of(audit))


def _schema_of(row: Row) -> Schema:
    schema_id, catalog_id, catalog_name, folder, name, *audit = row
    return Schema(
        schema_id=schema_id,
        catalog_id=catalog_id,
        catalog_name=catalog_name,
        folder=folder,
        name=name,
        **_audit_of(audit),
    )


def _audit_of(values: list[Any]) -> dict[str, Any]:
    found = dict(zip(_AUDIT, values, strict=True))
    return {**found, "properties": msgspec.json.decode(found["properties"], type=dict[str, str])}
