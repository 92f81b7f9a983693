"""The catalog as the user's process sees it: names, locations and columns of tables, over the Unity Catalog REST."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brickyard.errors import BrickyardError, NotFound
from brickyard.notebook.client import ServerClient

ROOT = "/api/2.1/unity-catalog"
FALLBACK_CATALOG = "main"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class TableName:
    """A three-level name, without quotes."""

    catalog: str
    schema: str
    table: str

    @property
    def parts(self) -> tuple[str, str, str]:
        return (self.catalog, self.schema, self.table)

    @property
    def full(self) -> str:
        """The name as the REST paths have it."""
        return ".".join(self.parts)

    @property
    def quoted(self) -> str:
        """The name as Spark SQL reads it back, whatever its characters."""
        return quote_name(self.parts)


@dataclass(frozen=True, kw_only=True, slots=True)
class TableEntry:
    """What the catalog knows of a table."""

    name: TableName
    location: str
    format: str
    table_type: str = "EXTERNAL"
    comment: str = ""
    owner: str = ""
    created_at: int = 0
    properties: Mapping[str, str]
    primary_key: str = ""
    """The name of the primary key constraint; empty: there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemaEntry:
    """What the catalog knows of a schema; `storage_root` is the folder of its new tables."""

    catalog: str
    name: str
    storage_root: str
    comment: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTable:
    """A table to register. `columns` are ColumnInfo objects of the REST."""

    name: TableName
    location: str
    managed: bool = True
    """It lies in its schema's folder, and its data go when it is dropped."""
    columns: Sequence[Mapping[str, Any]]
    comment: str = ""
    properties: Mapping[str, str]


class CatalogClient:
    """The catalog's REST with one token. Thread-safe; nothing is cached, so a change made elsewhere is seen at once."""

    def __init__(self, server: ServerClient) -> None:
        self._server = server

    def table(self, name: TableName) -> TableEntry | None:
        """The table of that name, or None."""
        try:
            answer = self._server.get(f"{ROOT}/tables/{name.full}")
        except NotFound:
            return None
        return _table(answer, name)

    def tables(self, catalog: str, schema: str) -> list[TableEntry]:
        """The tables of a schema, by name.

        Raises:
            NotFound: no such schema.
        """
        rows = self._pages("tables", catalog_name=catalog, schema_name=schema)
        found = [_table(row, TableName(catalog=catalog, schema=schema, table=row["name"])) for row in rows]
        return sorted(found, key=lambda entry: entry.name)

    def register(self, table: NewTable) -> None:
        """Make a table known. The data lies at its location already.

        Raises:
            AlreadyExists: another table has this name.
            NotFound: no such schema.
        """
        body = {
            "catalog_name": table.name.catalog,
            "schema_name": table.name.schema,
            "name": table.name.table,
            "table_type": "MANAGED" if table.managed else "EXTERNAL",
            "data_source_format": "DELTA",
            "storage_location": table.location,
            "columns": list(table.columns),
            "properties": dict(table.properties),
        }
        self._server.post(f"{ROOT}/tables", body | ({"comment": table.comment} if table.comment else {}))

    def drop(self, name: TableName) -> None:
        """Make the catalog forget a table.

        Raises:
            NotFound: no such table.
        """
        self._server.send("DELETE", f"{ROOT}/tables/{name.full}")

    def add_primary_key(
        self, table: TableName, name: str, columns: Sequence[str], timeseries: Sequence[str] = ()
    ) -> None:
        """Declare a primary key.

        Raises:
            AlreadyExists: the table has one.
            NotFound: no such table.
        """
        key = {"name": name, "child_columns": list(columns), "timeseries_columns": list(timeseries)}
        body = {"full_name_arg": table.full, "constraint": {"primary_key_constraint": key}}
        self._server.post(f"{ROOT}/constraints", body)

    def drop_constraint(self, table: TableName, name: str, *, cascade: bool) -> None:
        """Delete a constraint.

        Raises:
            NotFound: no such table or constraint.
        """
        self._server.send("DELETE", f"{ROOT}/constraints/{table.full}", constraint_name=name, cascade=cascade)

    def schema(self, catalog: str, schema: str) -> SchemaEntry | None:
        """The schema of that name, or None."""
        try:
            return _schema(self._server.get(f"{ROOT}/schemas/{catalog}.{schema}"))
        except NotFound:
            return None

    def schemas(self, catalog: str) -> list[SchemaEntry]:
        """The schemas of a catalog, by name.

        Raises:
            NotFound: no such catalog.
        """
        return sorted(map(_schema, self._pages("schemas", catalog_name=catalog)), key=lambda entry: entry.name)

    def catalogs(self) -> list[str]:
        """The names of all catalogs, sorted."""
        return sorted(row["name"] for row in self._pages("catalogs"))

    def has_catalog(self, catalog: str) -> bool:
        try:
            self._server.get(f"{ROOT}/catalogs/{catalog}")
        except NotFound:
            return False
        return True

    def create_catalog(self, catalog: str, comment: str = "") -> None:
        """Make a catalog.

        Raises:
            AlreadyExists: there is one of that name.
        """
        self._server.post(f"{ROOT}/catalogs", {"name": catalog, "comment": comment})

    def drop_catalog(self, catalog: str, *, cascade: bool) -> None:
        """Delete a catalog.

        Raises:
            NotFound: there is none of that name.
            BadRequest: it has schemas, and cascade is not asked for.
        """
        self._server.send("DELETE", f"{ROOT}/catalogs/{catalog}", force=cascade)

    def default_catalog(self) -> str:
        """The catalog of names that name none: the metastore's default_catalog_name."""
        try:
            answer = self._server.get(f"{ROOT}/current-metastore-assignment")
        except NotFound:
            return FALLBACK_CATALOG
        return str(answer.get("default_catalog_name") or FALLBACK_CATALOG)

    def _pages(self, kind: str, **query: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        token = ""
        while True:
            answer = self._server.get(f"{ROOT}/{kind}", **query, **({"page_token": token} if token else {}))
            rows += answer.get(kind) or []
            token = answer.get("next_page_token") or ""
            if not token:
                return rows


def split_name(text: str) -> tuple[str, ...]:
    """The parts of a dotted name; backticks keep dots and spaces in a part, two of them are one.

    Raises:
        ValueError: a part is empty, or a backtick is not closed.
    """
    parts: list[str] = []
    position = 0
    while True:
        if text[position : position + 1] == "`":
            part, position = _quoted(text, position)
        else:
            end = text.find(".", position)
            end = len(text) if end < 0 else end
            part, position = text[position:end].strip(), end
        if not part:
            raise ValueError(f"{text!r} is not a name: a part is empty")
        parts.append(part)
        if position == len(text):
            return tuple(parts)
        if text[position] != ".":
            raise ValueError(f"{text!r} is not a name: put names with special characters into backticks")
        position += 1


def quote_name(parts: Sequence[str]) -> str:
    """The parts as one name in backticks."""
    return ".".join(f"`{part.replace('`', '``')}`" for part in parts)


def _quoted(text: str, start: int) -> tuple[str, int]:
    position, part = start + 1, ""
    while True:
        end = text.find("`", position)
        if end < 0:
            raise ValueError(f"{text!r} is not a name: a backtick is not closed")
        part += text[position:end]
        if text[end + 1 : end + 2] != "`":
            return part, end + 1
        part, position = part + "`", end + 2


def _table(answer: Mapping[str, Any], name: TableName) -> TableEntry:
    location = answer.get("storage_location")
    keys = [item.get("primary_key_constraint") for item in answer.get("table_constraints") or []]
    if not location:
        raise BrickyardError(f"the catalog gives no storage_location for the table {name.full}")
    return TableEntry(
        name=name,
        location=str(location).rstrip("/"),
        format=str(answer.get("data_source_format") or "DELTA").lower(),
        table_type=str(answer.get("table_type") or "EXTERNAL"),
        comment=str(answer.get("comment") or ""),
        owner=str(answer.get("owner") or ""),
        created_at=int(answer.get("created_at") or 0),
        properties={str(key): str(value) for key, value in (answer.get("properties") or {}).items()},
        primary_key=next((str(key.get("name") or "") for key in keys if key), ""),
    )


def _schema(answer: Mapping[str, Any]) -> SchemaEntry:
    return SchemaEntry(
        catalog=str(answer["catalog_name"]),
        name=str(answer["name"]),
        storage_root=str(answer.get("storage_root") or answer.get("storage_location") or "").rstrip("/"),
        comment=str(answer.get("comment") or ""),
    )
