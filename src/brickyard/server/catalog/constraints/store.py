"""SQL of constraints."""

import msgspec
from sqlalchemy import bindparam, delete, insert, select

from brickyard.server.catalog.entities import PrimaryKey
from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.own_tables import catalog_tables, table_constraints
from brickyard.server.db.statements import Statement

_FIELDS = (
    table_constraints.c.table_id,
    table_constraints.c.name,
    table_constraints.c.columns,
    table_constraints.c.timeseries_columns,
    table_constraints.c.rely,
)
_KEY = Statement(select(*_FIELDS).where(table_constraints.c.table_id == bindparam("of")))
_KEYS = Statement(
    select(*_FIELDS)
    .join_from(table_constraints, catalog_tables, table_constraints.c.table_id == catalog_tables.c.table_id)
    .where(catalog_tables.c.schema_id == bindparam("of"))
)
_INSERT = Statement(insert(table_constraints))
_DELETE = Statement(
    delete(table_constraints).where(
        table_constraints.c.table_id == bindparam("of"), table_constraints.c.name == bindparam("named")
    )
)


def primary_key(connection: Connection, table_id: str) -> PrimaryKey | None:
    row = connection.one(_KEY, of=table_id)
    return None if row is None else _key_of(row)


def primary_keys(connection: Connection, schema_id: str) -> dict[str, PrimaryKey]:
    """Those of a schema's tables, by table id."""
    return {str(row[0]): _key_of(row) for row in connection.all(_KEYS, of=schema_id)}


def insert_key(connection: Connection, table_id: str, key: PrimaryKey) -> None:
    connection.execute(
        _INSERT,
        table_id=table_id,
        name=key.name,
        columns=msgspec.json.encode(key.columns).decode(),
        timeseries_columns=msgspec.json.encode(key.timeseries_columns).decode(),
        rely=key.rely,
    )


def delete_key(connection: Connection, table_id: str, name: str) -> bool:
    """Whether there was such a key."""
    return connection.execute(_DELETE, of=table_id, named=name) > 0


def _key_of(row: Row) -> PrimaryKey:
    _, name, columns, timeseries_columns, rely = row
    return PrimaryKey(
        name=name,
        columns=msgspec.json.decode(columns, type=tuple[str, ...]),
        timeseries_columns=msgspec.json.decode(timeseries_columns, type=tuple[str, ...]),
        rely=bool(rely),
    )
