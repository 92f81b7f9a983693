"""The rules of tables."""

import os
import uuid
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from brickyard.clock import now_ms
from brickyard.errors import (
    BrickyardError,
    Conflict,
    InvalidParameterValue,
    InvalidState,
    NameTaken,
    NotFound,
    NotImplementedHere,
    PermissionDenied,
    TemporarilyUnavailable,
)
from brickyard.server.catalog.constraints import store as constraints_store
from brickyard.server.catalog.entities import EXTERNAL, MANAGED, PrimaryKey, Table
from brickyard.server.catalog.locations import Places, is_child, stored_in_cloud
from brickyard.server.catalog.names import FullName, SchemaName, checked_name, checked_text, folder_of, full_name
from brickyard.server.catalog.namespaces.service import checked_changes, require_catalog, require_schema
from brickyard.server.catalog.paging import cut, page
from brickyard.server.catalog.removals import store as removals_store
from brickyard.server.catalog.removals.entities import Removal
from brickyard.server.catalog.removals.service import Removals
from brickyard.server.catalog.tables import store
from brickyard.server.catalog.tables.columns import checked_columns
from brickyard.server.catalog.tables.entities import Commit, NewTable, Sample, TableDetail, TableView
from brickyard.server.catalog.tables.logs import DeltaLogs
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database
from brickyard.wire.cloud import is_cloud


class Tables:
    """Tables: names, locations and what their Delta logs tell. Every name comes as the client sent it.

    The columns of an answer are those of the Delta log. Those given at registration are shown while there is no log
    (CREATE TABLE comes before the first commit), and by lists for a table that has not been looked at since it changed.
    """

    def __init__(self, database: Database, removals: Removals, logs: DeltaLogs, places: Places, user: str) -> None:
        self._database = database
        self._removals = removals
        self._logs = logs
        self._places = places
        self._user = user

    async def create(self, new: NewTable) -> TableView:
        """Register a table. It is MANAGED if it lies directly in its schema's folder, EXTERNAL otherwise.

        Raises:
            InvalidParameterValue: a name, column or location; the location overlaps another table's.
            PermissionDenied: the location lies outside this server's folders.
            NotFound: no such schema.
            NameTaken: there is a table of that name.
            Conflict: a dropped table's data is just being removed from this location.
        """
        name = _full_name(new.catalog_name, new.schema_name, new.name)
        given = self._stored("storage_location", new.storage_location) if new.storage_location else ""
        table = self._draft(name, given or await self._new_location(name), new)

        def write(connection: Connection) -> Table:
            schema = require_schema(connection, name.parent)
            if store.table(connection, name) is not None:
                raise NameTaken(f"Table '{name}' already exists.")
            location = table.location
            if not given and _is_taken(connection, location):
                location = f"{location}-{table.table_id[:8]}"
            _refuse_overlap(connection, location, self._places)
            kind = MANAGED if is_child(location, schema.folder) else EXTERNAL
            made = msgspec.structs.replace(table, schema_id=schema.schema_id, table_type=kind, location=location)
            store.insert_table(connection, made)
            return made

        return await self._view(await self._database.write(write), None)

    async def get(self, name: str) -> TableView:
        """
        Raises:
            NotFound: no such table.
            WorkerFailed, TemporarilyUnavailable: its Delta log cannot be read now.
        """
        checked = full_name("full_name", name)

        def read(connection: Connection) -> tuple[Table, PrimaryKey | None]:
            found = require_table(connection, checked)
            return found, constraints_store.primary_key(connection, found.table_id)

        return await self._view(*await self._database.read(read))

    async def exists(self, name: str) -> bool:
        checked = full_name("full_name", name)
        return await self._database.read(lambda connection: store.table(connection, checked)) is not None

    async def by_id(self, table_id: str) -> Table:
        """
        Raises:
            NotFound: no such table.
        """
        checked = checked_text("table_id", table_id)
        found = await self._database.read(lambda connection: store.table_by_id(connection, checked))
        if found is None:
            raise NotFound(f"Table with id {table_id[:100]!a} does not exist.")
        return found

    async def listed(
        self, catalog_name: str, schema_name: str, max_results: int | None = None, page_token: str = ""
    ) -> tuple[list[TableView], str]:
        """A page of a schema's tables by name, and the token of the next one.

        Raises:
            NotFound: no such schema.
        """
        of = page(max_results, page_token)
        parent = SchemaName(checked_name("catalog_name", catalog_name), checked_name("schema_name", schema_name))

        def read(connection: Connection) -> tuple[list[Table], dict[str, PrimaryKey]]:
            schema = require_schema(connection, parent)
            return store.tables_page(connection, parent, of), constraints_store.primary_keys(
                connection, schema.schema_id
            )

        rows, keys = await self._database.read(read)
        tables, token = cut(rows, of, lambda row: row.name)
        return await self._as_known(tables, keys), token

    async def summaries(
        self,
        catalog_name: str,
        schema_pattern: str = "",
        table_pattern: str = "",
        *,
        max_results: int | None = None,
        page_token: str = "",
    ) -> tuple[list[tuple[str, str]], str]:
        """A page of a catalog's tables as (schema.table, type); the patterns are SQL LIKE's.

        Raises:
            NotFound: no such catalog.
            InvalidParameterValue: a pattern ends with a backslash.
        """
        of, catalog = page(max_results, page_token), checked_name("catalog_name", catalog_name)
        schema_like = _checked_pattern("schema_name_pattern", schema_pattern)
        table_like = _checked_pattern("table_name_pattern", table_pattern)

        def read(connection: Connection) -> list[tuple[str, str]]:
            require_catalog(connection, catalog)
            return store.summaries_page(connection, catalog, schema_like, table_like, of)

        return cut(await self._database.read(read), of, lambda row: row[0])

    async def update(self, name: str, changes: dict[str, Any]) -> TableView:
        """Change name, comment, owner or properties (which are replaced as a whole). The data stays where it lies.

        Raises:
            NotFound: no such table.
            NameTaken: the new name is another table's.
        """
        old_name = full_name("full_name", name)
        checked = {**checked_changes(changes), "updated_at": now_ms(), "updated_by": self._user}

        def write(connection: Connection) -> tuple[Table, PrimaryKey | None]:
            old = require_table(connection, old_name)
            new = msgspec.structs.replace(old, **checked)
            if new.name != old.name and store.table(connection, old_name._replace(name=new.name)) is not None:
                raise NameTaken(f"Table '{new.full_name}' already exists.")
            store.update_table(connection, new)
            return new, constraints_store.primary_key(connection, new.table_id)

        return await self._view(*await self._database.write(write))

    async def delete(self, name: str) -> None:
        """Drop a table, and the data of a managed one.

        Raises:
            NotFound: no such table.
        """
        checked = full_name("full_name", name)

        def write(connection: Connection) -> list[Removal]:
            found = require_table(connection, checked)
            return removals_store.drop_table(connection, found.table_id, found.table_type, found.location)

        await self._removals.carry_out(await self._database.write(write))

    async def history(self, name: str, limit: int = 100) -> tuple[Commit, ...]:
        """The newest commits of a table, newest first. Raises as `detail`."""
        return await self._logs.read("table_history", await self._readable(name), tuple[Commit, ...], limit=limit)

    async def sample(self, name: str, limit: int = 50) -> Sample:
        """Some rows of a table. Raises as `detail`."""
        return await self._logs.read("table_sample", await self._readable(name), Sample, limit=limit)

    async def detail(self, name: str) -> TableDetail:
        """Version, size and number of files of a table.

        Raises:
            NotFound: no such table.
            InvalidState: there is no Delta log at its location, or a broken one; names it.
            NotImplementedHere: the table has features that cannot be read.
            WorkerFailed, TemporarilyUnavailable: the log cannot be read now.
        """
        return await self._logs.read("table_detail", await self._readable(name), TableDetail)

    async def _readable(self, name: str) -> str:
        checked = full_name("full_name", name)
        table = await self._database.read(lambda connection: require_table(connection, checked))
        location = self._places.shown(table.location)
        if (await self._logs.stamps([location]))[0] is None:
            raise InvalidState(f"Table '{checked}' has no data. {_no_log(location)}")
        return location

    async def _view(self, table: Table, key: PrimaryKey | None) -> TableView:
        location = self._places.shown(table.location)
        stamp = (await self._logs.stamps([location]))[0]
        if stamp is None:
            return TableView(table=table, key=key, notice=_no_log(location))
        try:
            columns = await self._logs.columns(location, stamp)
        except (NotFound, InvalidState, NotImplementedHere, PermissionDenied, TemporarilyUnavailable) as error:
            # Engines need the location; they may well read what the data worker cannot.
            if isinstance(error, TemporarilyUnavailable) and not is_cloud(location):
                raise
            return TableView(table=table, key=key, notice=f"The columns are those of the registration. {error.message}")
        return TableView(table=msgspec.structs.replace(table, columns=columns), key=key)

    async def _as_known(self, tables: Sequence[Table], keys: dict[str, PrimaryKey]) -> list[TableView]:
        """Views of tables that need no data worker."""
        locations = [self._places.shown(table.location) for table in tables]
        views = []
        for table, location, stamp in zip(tables, locations, await self._logs.stamps(locations), strict=True):
            columns, notice = None, "" if stamp else _no_log(location)
            try:
                columns = None if stamp is None else self._logs.known_columns(location, stamp)
            except BrickyardError as error:
                notice = f"The columns are those of the registration. {error.message}"
            shown = table if columns is None else msgspec.structs.replace(table, columns=columns)
            views.append(TableView(table=shown, key=keys.get(table.table_id), notice=notice))
        return views

    async def _new_location(self, name: FullName) -> str:
        """The schema's folder and the table's name, with a suffix where something lies there."""
        schema = await self._database.read(lambda connection: require_schema(connection, name.parent))
        location = f"{schema.folder}/{folder_of(name.name)}"
        if os.path.lexists(self._places.path(location)):
            location = f"{location}-{uuid.uuid4().hex[:8]}"
        return location

    def _stored(self, field: str, text: str) -> str:
        if is_cloud(text):
            return stored_in_cloud(field, text)
        # Resolved first: no symbolic link leads out of the folders, and clients may know the home by another path.
        return self._places.stored(PurePosixPath(Path(self._places.parse(field, text)).resolve()))

    def _draft(self, name: FullName, location: str, new: NewTable) -> Table:
        now = now_ms()
        return Table(
            table_id=str(uuid.uuid4()),
            schema_id="",
            catalog_name=name.catalog,
            schema_name=name.schema,
            name=name.name,
            table_type="",
            location=location,
            columns=checked_columns(new.columns),
            properties=new.properties,
            comment=checked_text("comment", new.comment),
            owner=self._user,
            created_at=now,
            created_by=self._user,
            updated_at=now,
            updated_by=self._user,
        )


def require_table(connection: Connection, name: FullName) -> Table:
    """
    Raises:
        NotFound: no such catalog, schema or table.
    """
    found = store.table(connection, name)
    if found is None:
        require_schema(connection, name.parent)
        raise NotFound(f"Table '{name}' does not exist.")
    return found


def _no_log(location: str) -> str:
    return f"There is no Delta log at {location}: the table has not been written yet, or was removed from the disk."


def _full_name(catalog: str, schema: str, name: str) -> FullName:
    return FullName(
        checked_name("catalog_name", catalog), checked_name("schema_name", schema), checked_name("name", name)
    )


def _is_taken(connection: Connection, location: str) -> bool:
    """By a table that was renamed or not yet written, or by one that is being removed."""
    return store.overlapping(connection, location) is not None or removals_store.is_being_removed(connection, location)


def _refuse_overlap(connection: Connection, location: str, places: Places) -> None:
    if removals_store.is_being_removed(connection, location):
        raise Conflict(f"The data of a dropped table at {places.shown(location)} is being removed; try again.")
    other = store.overlapping(connection, location)
    if other is not None:
        raise InvalidParameterValue(
            f"Invalid value for parameter 'storage_location': {places.shown(location)} overlaps the location "
            f"{places.shown(other)} of another table."
        )
    if store.is_above_schema(connection, location):
        raise InvalidParameterValue(
            f"Invalid value for parameter 'storage_location': {places.shown(location)} holds a schema's tables."
        )


def _checked_pattern(field: str, pattern: str) -> str:
    text = checked_text(field, pattern, 1000).lower()
    if (len(text) - len(text.rstrip("\\"))) % 2:
        raise InvalidParameterValue(
            f"Parameter '{field}' ends with a backslash, which must have a character behind it."
        )
    return text
