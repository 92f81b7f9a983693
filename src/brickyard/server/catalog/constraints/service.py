"""The rules of primary keys."""

import msgspec

from brickyard.errors import InvalidParameterValue, NameTaken, NotFound
from brickyard.server.catalog.constraints import store
from brickyard.server.catalog.entities import PrimaryKey, Table
from brickyard.server.catalog.names import checked_name, full_name
from brickyard.server.catalog.tables.service import Tables, require_table
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database


class Constraints:
    """Primary keys, with the columns that hold the time of a row: a table with one is a feature table."""

    def __init__(self, database: Database, tables: Tables) -> None:
        self._database = database
        self._tables = tables

    async def create(self, name: str, key: PrimaryKey) -> PrimaryKey:
        """Give a table a primary key; without a name it is called after the table.

        Raises:
            NotFound: no such table.
            InvalidParameterValue: the table lacks a column, or a timeseries column is not among the key's columns.
            NameTaken: the table has a primary key.
        """
        table = (await self._tables.get(name)).table
        checked = _checked(key, table)

        def write(connection: Connection) -> PrimaryKey:
            found = require_table(connection, full_name("full_name_arg", name))
            if store.primary_key(connection, found.table_id) is not None:
                raise NameTaken(f"Table '{found.full_name}' has a primary key already; drop it first.")
            store.insert_key(connection, found.table_id, checked)
            return checked

        return await self._database.write(write)

    async def delete(self, name: str, constraint_name: str) -> None:
        """
        Raises:
            NotFound: no such table, or it has no constraint of that name.
        """
        table_name = full_name("full_name", name)
        constraint = checked_name("constraint_name", constraint_name)

        def write(connection: Connection) -> None:
            found = require_table(connection, table_name)
            if not store.delete_key(connection, found.table_id, constraint):
                raise NotFound(f"Constraint '{constraint}' of table '{found.full_name}' does not exist.")

        await self._database.write(write)


def _checked(key: PrimaryKey, table: Table) -> PrimaryKey:
    """The key with the table's own spelling of its columns."""
    if not key.columns:
        raise InvalidParameterValue(
            "Missing value for required parameter 'constraint.primary_key_constraint.child_columns'."
        )
    spelling = {column.name.lower(): column.name for column in table.columns}
    columns = tuple(_spelled(column, spelling, "child_columns", table) for column in key.columns)
    times = tuple(_spelled(column, spelling, "timeseries_columns", table) for column in key.timeseries_columns)
    if len(set(columns)) < len(columns):
        raise InvalidParameterValue("Parameter 'child_columns' names a column twice.")
    if other := set(times) - set(columns):
        raise InvalidParameterValue(
            f"Invalid value for parameter 'timeseries_columns': {min(other)!a} is not among the child_columns."
        )
    name = checked_name("name", key.name) if key.name else f"{table.name[:250]}_pk"
    return msgspec.structs.replace(key, name=name, columns=columns, timeseries_columns=times)


def _spelled(column: str, spelling: dict[str, str], field: str, table: Table) -> str:
    found = spelling.get(column.lower())
    if found is None:
        raise InvalidParameterValue(
            f"Invalid value for parameter '{field}': table '{table.full_name}' has no column {column[:200]!a}."
        )
    return found
