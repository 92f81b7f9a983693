"""SQL of dropping: tables, volumes, and the list of data that is still to be removed."""

from sqlalchemy import bindparam, delete, insert, select

from brickyard.server.catalog.entities import MANAGED
from brickyard.server.catalog.removals.entities import Removal
from brickyard.server.db.connection import Connection
from brickyard.server.db.own_tables import catalog_tables, table_constraints, table_removals, volumes
from brickyard.server.db.statements import Statement

_REMOVALS = Statement(select(table_removals.c.removal_id, table_removals.c.location))
_AT = Statement(select(table_removals.c.removal_id).where(table_removals.c.location == bindparam("of")))
_INSERT = Statement(insert(table_removals))
_DELETE = Statement(delete(table_removals).where(table_removals.c.removal_id == bindparam("of")))

_TABLES = Statement(
    select(catalog_tables.c.table_id, catalog_tables.c.table_type, catalog_tables.c.location).where(
        catalog_tables.c.schema_id == bindparam("of")
    )
)
_DELETE_CONSTRAINTS = Statement(delete(table_constraints).where(table_constraints.c.table_id == bindparam("of")))
_DELETE_TABLE = Statement(delete(catalog_tables).where(catalog_tables.c.table_id == bindparam("of")))
_VOLUMES = Statement(
    select(volumes.c.volume_id, volumes.c.volume_type, volumes.c.location).where(volumes.c.schema_id == bindparam("of"))
)
_DELETE_VOLUME = Statement(delete(volumes).where(volumes.c.volume_id == bindparam("of")))


def removals(connection: Connection) -> list[Removal]:
    return [Removal(removal_id=row[0], location=row[1]) for row in connection.all(_REMOVALS)]


def is_being_removed(connection: Connection, location: str) -> bool:
    return connection.one(_AT, of=location) is not None


def forget(connection: Connection, removal_id: str) -> None:
    connection.execute(_DELETE, of=removal_id)


def drop_table(connection: Connection, table_id: str, table_type: str, location: str) -> list[Removal]:
    """Delete a table's rows; if it is managed, note its data for removal."""
    connection.execute(_DELETE_CONSTRAINTS, of=table_id)
    connection.execute(_DELETE_TABLE, of=table_id)
    return _noted(connection, table_id, table_type, location)


def drop_volume(connection: Connection, volume_id: str, volume_type: str, location: str) -> list[Removal]:
    """Delete a volume's row; if it is managed, note its data for removal."""
    connection.execute(_DELETE_VOLUME, of=volume_id)
    return _noted(connection, volume_id, volume_type, location)


def drop_content(connection: Connection, schema_id: str) -> list[Removal]:
    """Drop all that a schema holds."""
    dropped: list[Removal] = []
    for table_id, table_type, location in connection.all(_TABLES, of=schema_id):
        dropped += drop_table(connection, table_id, table_type, location)
    for volume_id, volume_type, location in connection.all(_VOLUMES, of=schema_id):
        dropped += drop_volume(connection, volume_id, volume_type, location)
    return dropped


def _noted(connection: Connection, entry_id: str, kind: str, location: str) -> list[Removal]:
    if kind != MANAGED:
        return []
    connection.execute(_INSERT, removal_id=entry_id, location=location)
    return [Removal(removal_id=entry_id, location=location)]
