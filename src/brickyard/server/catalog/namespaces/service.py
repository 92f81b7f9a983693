"""The rules of catalogs and schemas."""

import uuid
from typing import Any

import msgspec

from brickyard.clock import now_ms
from brickyard.errors import BadRequest, InvalidParameterValue, NameTaken, NotFound
from brickyard.server.catalog.entities import Catalog, Schema
from brickyard.server.catalog.names import SchemaName, checked_name, checked_text, folder_of, schema_name
from brickyard.server.catalog.namespaces import store
from brickyard.server.catalog.paging import cut, page
from brickyard.server.catalog.removals import store as removals_store
from brickyard.server.catalog.removals.entities import Removal
from brickyard.server.catalog.removals.service import Removals
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database

DEFAULT_CATALOG = "main"
DEFAULT_SCHEMA = "default"


class Namespaces:
    """Catalogs and schemas. Every name comes as the client sent it."""

    def __init__(self, database: Database, removals: Removals, user: str) -> None:
        self._database = database
        self._removals = removals
        self._user = user

    async def create_catalog(self, name: str, comment: str = "", properties: dict[str, str] | None = None) -> Catalog:
        """A new catalog with the schema `default`.

        Raises:
            InvalidParameterValue: the name or the comment.
            NameTaken: there is one of that name.
        """
        new = Catalog(
            catalog_id=str(uuid.uuid4()),
            name=checked_name("name", name),
            properties=properties or {},
            **self._made(checked_text("comment", comment)),
        )
        first = self._schema(new.catalog_id, new.name, DEFAULT_SCHEMA, "", {})

        def write(connection: Connection) -> None:
            if store.catalog(connection, new.name) is not None:
                raise NameTaken(f"Catalog '{new.name}' already exists.")
            store.insert_catalog(connection, new)
            _insert_schema(connection, first)

        await self._database.write(write)
        return new

    async def catalog(self, name: str) -> Catalog:
        """
        Raises:
            NotFound: no such catalog.
        """
        checked = checked_name("name", name)
        return await self._database.read(lambda connection: require_catalog(connection, checked))

    async def catalogs(self, max_results: int | None = None, page_token: str = "") -> tuple[list[Catalog], str]:
        """A page of the catalogs by name, and the token of the next one."""
        of = page(max_results, page_token)
        rows = await self._database.read(lambda connection: store.catalogs_page(connection, of))
        return cut(rows, of, lambda row: row.name)

    async def update_catalog(self, name: str, changes: dict[str, Any]) -> Catalog:
        """Change name, comment, owner or properties (which are replaced as a whole).

        Raises:
            NotFound: no such catalog.
            NameTaken: the new name is another catalog's.
            BadRequest: the default catalog, or one with volumes, would get another name.
        """
        checked, changes = checked_name("name", name), self._changes(changes)

        def write(connection: Connection) -> Catalog:
            old = require_catalog(connection, checked)
            new = msgspec.structs.replace(old, **changes)
            if new.name != old.name:
                _refuse_default(old.name)
                _refuse_volumes(connection, store.schemas_in(connection, old.name))
                if store.catalog(connection, new.name) is not None:
                    raise NameTaken(f"Catalog '{new.name}' already exists.")
            store.update_catalog(connection, new)
            return new

        return await self._database.write(write)

    async def delete_catalog(self, name: str, *, force: bool) -> None:
        """Delete a catalog; with `force` all that it holds, managed data included.

        Raises:
            NotFound: no such catalog.
            BadRequest: it holds something and force is not set, or it is the default catalog.
        """
        checked = checked_name("name", name)

        def write(connection: Connection) -> list[Removal]:
            found = require_catalog(connection, checked)
            _refuse_default(checked)
            schemas = store.schemas_in(connection, checked)
            if not force:
                _refuse_content(connection, found, schemas)
            removed = [entry for schema in schemas for entry in _delete_schema(connection, schema)]
            store.delete_catalog(connection, found.catalog_id)
            return removed

        await self._removals.carry_out(await self._database.write(write))

    async def create_schema(
        self, catalog_name: str, name: str, comment: str = "", properties: dict[str, str] | None = None
    ) -> Schema:
        """
        Raises:
            InvalidParameterValue: a name or the comment.
            NotFound: no such catalog.
            NameTaken: there is one of that name.
        """
        catalog, checked = checked_name("catalog_name", catalog_name), checked_name("name", name)
        draft = self._schema("", catalog, checked, checked_text("comment", comment), properties or {})

        def write(connection: Connection) -> Schema:
            found = require_catalog(connection, catalog)
            if store.schema(connection, SchemaName(catalog, checked)) is not None:
                raise NameTaken(f"Schema '{catalog}.{checked}' already exists.")
            return _insert_schema(connection, msgspec.structs.replace(draft, catalog_id=found.catalog_id))

        return await self._database.write(write)

    async def schema(self, full_name: str) -> Schema:
        """
        Raises:
            NotFound: no such schema.
        """
        name = schema_name("full_name", full_name)
        return await self._database.read(lambda connection: require_schema(connection, name))

    async def schemas(
        self, catalog_name: str, max_results: int | None = None, page_token: str = ""
    ) -> tuple[list[Schema], str]:
        """A page of a catalog's schemas by name, and the token of the next one.

        Raises:
            NotFound: no such catalog.
        """
        of, catalog = page(max_results, page_token), checked_name("catalog_name", catalog_name)

        def read(connection: Connection) -> list[Schema]:
            require_catalog(connection, catalog)
            return store.schemas_page(connection, catalog, of)

        return cut(await self._database.read(read), of, lambda row: row.name)

    async def update_schema(self, full_name: str, changes: dict[str, Any]) -> Schema:
        """Change name, comment, owner or properties (which are replaced as a whole); tables stay where they lie.

        Raises:
            NotFound: no such schema.
            NameTaken: the new name is another schema's.
            BadRequest: a schema with volumes would get another name.
        """
        name, changes = schema_name("full_name", full_name), self._changes(changes)

        def write(connection: Connection) -> Schema:
            old = require_schema(connection, name)
            new = msgspec.structs.replace(old, **changes)
            if new.name != old.name:
                _refuse_volumes(connection, [old])
                if store.schema(connection, SchemaName(name.catalog, new.name)) is not None:
                    raise NameTaken(f"Schema '{name.catalog}.{new.name}' already exists.")
            store.update_schema(connection, new)
            return new

        return await self._database.write(write)

    async def delete_schema(self, full_name: str, *, force: bool) -> None:
        """Delete a schema; with `force` all that it holds, managed data included.

        Raises:
            NotFound: no such schema.
            BadRequest: it holds something and force is not set.
        """
        name = schema_name("full_name", full_name)

        def write(connection: Connection) -> list[Removal]:
            found = require_schema(connection, name)
            if not force:
                _refuse_full(connection, found)
            return _delete_schema(connection, found)

        await self._removals.carry_out(await self._database.write(write))

    def _made(self, comment: str) -> dict[str, Any]:
        now = now_ms()
        return {
            "comment": comment,
            "owner": self._user,
            "created_at": now,
            "created_by": self._user,
            "updated_at": now,
            "updated_by": self._user,
        }

    def _schema(self, catalog_id: str, catalog: str, name: str, comment: str, properties: dict[str, str]) -> Schema:
        return Schema(
            schema_id=str(uuid.uuid4()),
            catalog_id=catalog_id,
            catalog_name=catalog,
            name=name,
            properties=properties,
            folder=f"tables/{folder_of(catalog)}/{folder_of(name)}",
            **self._made(comment),
        )

    def _changes(self, changes: dict[str, Any]) -> dict[str, Any]:
        return {**checked_changes(changes), "updated_at": now_ms(), "updated_by": self._user}


def require_catalog(connection: Connection, name: str) -> Catalog:
    """
    Raises:
        NotFound: no such catalog.
    """
    found = store.catalog(connection, name)
    if found is None:
        raise NotFound(f"Catalog '{name}' does not exist.")
    return found


def require_schema(connection: Connection, name: SchemaName) -> Schema:
    """
    Raises:
        NotFound: no such catalog or schema.
    """
    found = store.schema(connection, name)
    if found is None:
        require_catalog(connection, name.catalog)
        raise NotFound(f"Schema '{name}' does not exist.")
    return found


def checked_changes(changes: dict[str, Any]) -> dict[str, Any]:
    """The fields of a change, checked; `new_name` becomes `name`.

    Raises:
        InvalidParameterValue: names the field.
    """
    checked: dict[str, Any] = {}
    for field, value in changes.items():
        if field == "new_name":
            checked["name"] = checked_name(field, value)
        elif field == "properties":
            checked[field] = value
        else:
            checked[field] = checked_text(field, value, *([255] if field == "owner" else []))
    if checked.get("owner") == "":
        raise InvalidParameterValue("Parameter 'owner' must not be empty.")
    return checked


def _insert_schema(connection: Connection, new: Schema) -> Schema:
    """Insert a schema; its folder gets its id where a renamed schema holds the folder of that name."""
    if store.is_folder_taken(connection, new.folder):
        new = msgspec.structs.replace(new, folder=f"{new.folder}-{new.schema_id[:8]}")
    store.insert_schema(connection, new)
    return new


def _delete_schema(connection: Connection, schema: Schema) -> list[Removal]:
    removed = removals_store.drop_content(connection, schema.schema_id)
    store.delete_schema(connection, schema.schema_id)
    return removed


def _refuse_default(name: str) -> None:
    if name == DEFAULT_CATALOG:
        raise BadRequest(f"Catalog '{name}' is the default catalog: it can be neither deleted nor renamed.")


def _refuse_volumes(connection: Connection, schemas: list[Schema]) -> None:
    for schema in schemas:
        if store.count_content(connection, schema.schema_id)[1]:
            raise BadRequest(
                f"Schema '{schema.full_name}' has volumes, whose files lie at the path of its name: no new name."
            )


def _refuse_content(connection: Connection, catalog: Catalog, schemas: list[Schema]) -> None:
    others = [schema.name for schema in schemas if schema.name != DEFAULT_SCHEMA]
    if others:
        raise BadRequest(
            f"Catalog '{catalog.name}' is not empty. The catalog has {len(others)} schema(s), '{others[0]}' among "
            "them; set force to delete all."
        )
    for schema in schemas:
        _refuse_full(connection, schema)


def _refuse_full(connection: Connection, schema: Schema) -> None:
    tables, volumes = store.count_content(connection, schema.schema_id)
    if tables or volumes:
        raise BadRequest(
            f"Schema '{schema.full_name}' is not empty. The schema has {tables} table(s) and {volumes} volume(s); "
            "set force to delete all."
        )
