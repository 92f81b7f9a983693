"""SQL of volumes."""

from sqlalchemy import bindparam, insert, select, update

from brickyard.server.catalog.entities import Volume
from brickyard.server.catalog.names import FullName, SchemaName
from brickyard.server.catalog.paging import Page
from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.own_tables import catalogs, schemas, volumes
from brickyard.server.db.statements import Statement

_FIELDS = tuple(column.name for column in volumes.c)
_VOLUMES = select(catalogs.c.name, schemas.c.name, *volumes.c).select_from(
    volumes.join(schemas, volumes.c.schema_id == schemas.c.schema_id).join(
        catalogs, schemas.c.catalog_id == catalogs.c.catalog_id
    )
)
_VOLUME = Statement(
    _VOLUMES.where(
        catalogs.c.name == bindparam("catalog"),
        schemas.c.name == bindparam("schema"),
        volumes.c.name == bindparam("of"),
    )
)
_PAGE = Statement(
    _VOLUMES.where(
        catalogs.c.name == bindparam("catalog"),
        schemas.c.name == bindparam("schema"),
        volumes.c.name > bindparam("after"),
    )
    .order_by(volumes.c.name)
    .limit(bindparam("most"))
)
_INSERT = Statement(insert(volumes))
_UPDATE = Statement(
    update(volumes)
    .where(volumes.c.volume_id == bindparam("of"))
    .values({name: bindparam(f"new_{name}") for name in ("comment", "owner", "updated_at", "updated_by")})
)


def volume(connection: Connection, name: FullName) -> Volume | None:
    row = connection.one(_VOLUME, catalog=name.catalog, schema=name.schema, of=name.name)
    return None if row is None else _volume_of(row)


def volumes_page(connection: Connection, of: SchemaName, page: Page) -> list[Volume]:
    rows = connection.all(_PAGE, catalog=of.catalog, schema=of.schema, after=page.after, most=page.fetch)
    return [_volume_of(row) for row in rows]


def insert_volume(connection: Connection, new: Volume) -> None:
    connection.execute(_INSERT, **{name: getattr(new, name) for name in _FIELDS})


def update_volume(connection: Connection, new: Volume) -> None:
    """Give the volume of this id the other comment and owner."""
    connection.execute(
        _UPDATE,
        of=new.volume_id,
        new_comment=new.comment,
        new_owner=new.owner,
        new_updated_at=new.updated_at,
        new_updated_by=new.updated_by,
    )


def _volume_of(row: Row) -> Volume:
    catalog_name, schema_name, *fields = row
    return Volume(catalog_name=catalog_name, schema_name=schema_name, **dict(zip(_FIELDS, fields, strict=True)))
