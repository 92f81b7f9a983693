"""The rules of volumes. Their files are the business of the files API, at /Volumes/catalog/schema/volume."""

import asyncio
import uuid
from pathlib import Path
from typing import Any

import msgspec

from brickyard.clock import now_ms
from brickyard.errors import Conflict, InvalidParameterValue, NameTaken, NotFound
from brickyard.server.catalog.entities import MANAGED, Volume
from brickyard.server.catalog.locations import Places
from brickyard.server.catalog.names import FullName, SchemaName, checked_name, checked_text, full_name
from brickyard.server.catalog.namespaces.service import checked_changes, require_schema
from brickyard.server.catalog.paging import cut, page
from brickyard.server.catalog.removals import store as removals_store
from brickyard.server.catalog.removals.entities import Removal
from brickyard.server.catalog.removals.service import Removals
from brickyard.server.catalog.volumes import store
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database

MAX_FOLDER = 255  # bytes of a folder's name


class Volumes:
    """Managed volumes. Every name comes as the client sent it."""

    def __init__(self, database: Database, removals: Removals, places: Places, user: str) -> None:
        self._database = database
        self._removals = removals
        self._places = places
        self._user = user

    async def create(self, parent: SchemaName, name: str, comment: str = "") -> Volume:
        """A new volume with its folder.

        Raises:
            InvalidParameterValue: a name or the comment.
            NotFound: no such schema.
            NameTaken: there is one of that name.
            Conflict: the files of a dropped volume of that name are just being removed.
        """
        checked = FullName(
            checked_name("catalog_name", parent.catalog),
            checked_name("schema_name", parent.schema),
            checked_name("name", name),
        )
        if max(len(part.encode()) for part in checked) > MAX_FOLDER:
            raise InvalidParameterValue(f"Parameter 'name' is longer than {MAX_FOLDER} bytes in UTF-8.")
        new = self._draft(checked, checked_text("comment", comment))

        def write(connection: Connection) -> Volume:
            schema = require_schema(connection, checked.parent)
            if store.volume(connection, checked) is not None:
                raise NameTaken(f"Volume '{checked}' already exists.")
            if removals_store.is_being_removed(connection, new.location):
                raise Conflict(f"The files of a dropped volume '{checked}' are being removed; try again.")
            made = msgspec.structs.replace(new, schema_id=schema.schema_id)
            store.insert_volume(connection, made)
            return made

        made = await self._database.write(write)
        await asyncio.to_thread(Path(self._places.path(made.location)).mkdir, parents=True, exist_ok=True)
        return made

    async def get(self, name: str) -> Volume:
        """
        Raises:
            NotFound: no such volume.
        """
        checked = full_name("name", name)
        return await self._database.read(lambda connection: require_volume(connection, checked))

    async def listed(
        self, parent: SchemaName, max_results: int | None = None, page_token: str = ""
    ) -> tuple[list[Volume], str]:
        """A page of a schema's volumes by name, and the token of the next one.

        Raises:
            NotFound: no such schema.
        """
        of = page(max_results, page_token)
        checked = SchemaName(checked_name("catalog_name", parent.catalog), checked_name("schema_name", parent.schema))

        def read(connection: Connection) -> list[Volume]:
            require_schema(connection, checked)
            return store.volumes_page(connection, checked, of)

        return cut(await self._database.read(read), of, lambda row: row.name)

    async def update(self, name: str, changes: dict[str, Any]) -> Volume:
        """Change comment or owner.

        Raises:
            NotFound: no such volume.
        """
        checked = full_name("name", name)
        values = {**checked_changes(changes), "updated_at": now_ms(), "updated_by": self._user}

        def write(connection: Connection) -> Volume:
            new = msgspec.structs.replace(require_volume(connection, checked), **values)
            store.update_volume(connection, new)
            return new

        return await self._database.write(write)

    async def delete(self, name: str) -> None:
        """Delete a volume and its files.

        Raises:
            NotFound: no such volume.
        """
        checked = full_name("name", name)

        def write(connection: Connection) -> list[Removal]:
            found = require_volume(connection, checked)
            return removals_store.drop_volume(connection, found.volume_id, found.volume_type, found.location)

        await self._removals.carry_out(await self._database.write(write))

    def _draft(self, name: FullName, comment: str) -> Volume:
        now = now_ms()
        return Volume(
            volume_id=str(uuid.uuid4()),
            schema_id="",
            catalog_name=name.catalog,
            schema_name=name.schema,
            name=name.name,
            volume_type=MANAGED,
            location=f"files/Volumes/{name.catalog}/{name.schema}/{name.name}",
            comment=comment,
            owner=self._user,
            created_at=now,
            created_by=self._user,
            updated_at=now,
            updated_by=self._user,
        )


def require_volume(connection: Connection, name: FullName) -> Volume:
    """
    Raises:
        NotFound: no such catalog, schema or volume.
    """
    found = store.volume(connection, name)
    if found is None:
        require_schema(connection, name.parent)
        raise NotFound(f"Volume '{name}' does not exist.")
    return found
