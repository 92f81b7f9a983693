"""The session's tables: where a new one goes, what an existing one is, and that the catalog hears of changes."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyspark.sql.connect.proto as pb
from pyspark.sql.types import StructType

from brickyard.errors import AlreadyExists, BadRequest, BrickyardError, InvalidParameterValue, PermissionDenied
from brickyard.notebook.catalog import CatalogClient, NewTable, TableEntry, TableName
from brickyard.notebook.engines import conditions
from brickyard.notebook.engines.delta_log import is_delta
from brickyard.notebook.engines.paths import uri_of
from brickyard.notebook.engines.plans import EngineCalls
from brickyard.notebook.engines.reads import ReadRecorder
from brickyard.notebook.engines.sail.clouds import Clouds
from brickyard.notebook.engines.sail.gaps import gap
from brickyard.notebook.engines.sail.names import CurrentNames, require_schema
from brickyard.notebook.engines.sail.schemas import column_infos
from brickyard.notebook.engines.usage import TableWrite, Usage

_SAFE = re.compile(r"[\w./:=@+~,-]+", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tables:
    """What the parts of the engine share about one session."""

    catalog: CatalogClient
    names: CurrentNames
    usage: Usage
    clouds: Clouds
    files: Path | None = None
    """The folder of dbfs:/."""

    def location(self, path: str) -> str:
        """The URI of a path that the user wrote; empty for an empty one."""
        return uri_of(path, self.files) if path else ""

    def options(self, location: str) -> dict[str, str]:
        """What delta-rs needs to open a location beside the engine."""
        return self.clouds.options(location)

    @property
    def reads(self) -> ReadRecorder:
        """What records the tables that are read."""
        return ReadRecorder(catalog=self.catalog, usage=self.usage, name_of=self.names.table, options=self.options)

    def find(self, text: str) -> tuple[TableName, TableEntry | None]:
        """A table by the name that the user wrote: its full name, and what the catalog knows of it."""
        name = self.names.table(self.names.parts(text))
        return name, self.catalog.table(name)

    def require(self, name: TableName) -> TableEntry:
        """A table that must be there.

        Raises:
            AnalysisException: TABLE_OR_VIEW_NOT_FOUND.
        """
        entry = self.catalog.table(name)
        if entry is None:
            raise conditions.table_not_found(name.parts)
        return entry

    def at_location(self, location: str) -> TableEntry:
        """The Delta table at a location, as if the catalog knew it under the name delta.`location`.

        Raises:
            AnalysisException: TABLE_OR_VIEW_NOT_FOUND.
        """
        if not is_delta(location, self.options(location)):
            raise conditions.table_not_found(("delta", location))
        name = TableName(catalog="", schema="delta", table=location)
        return TableEntry(name=name, location=location, format="delta", properties={})

    def temporary_views(self, calls: EngineCalls) -> list[str]:
        """The session's temporary views: Sail's list of any schema's tables has them at its end, marked in its last
        column."""
        relation = pb.Relation()
        relation.catalog.list_tables.SetInParent()
        rows = [tuple(row.values()) for row in calls.rows(relation)]
        return sorted(str(row[0]) for row in rows if row[-1])

    def new_location(self, name: TableName) -> str:
        """The folder of a new table: the schema's storage_root and the table's name. Where that folder is taken, by
        what a dropped table has left, the name gets a suffix, so that the old table's history does not come back.

        Raises:
            AnalysisException: SCHEMA_NOT_FOUND.
            UnsupportedOperationException: Sail cannot write to such a path.
        """
        root = require_schema(self.catalog, name.catalog, name.schema).storage_root
        if not root:
            raise BrickyardError(f"the catalog gives no storage_root for the schema {name.catalog}.{name.schema}")
        folder = re.sub(r"[^A-Za-z0-9_-]", "_", name.table)
        location = writable(f"{root}/{folder}")
        return f"{location}-{secrets.token_hex(4)}" if is_delta(location, self.options(location)) else location

    def register(
        self,
        name: TableName,
        location: str,
        schema: StructType,
        *,
        managed: bool = True,
        partition_by: tuple[str, ...] = (),
        comment: str = "",
        properties: Mapping[str, str] | None = None,
    ) -> None:
        """Make a table that has been written known.

        Raises:
            AnalysisException: TABLE_OR_VIEW_ALREADY_EXISTS: another session was faster; or the catalog refuses the
                location.
        """
        columns = column_infos(schema, partition_by)
        new = NewTable(
            name=name,
            location=location,
            managed=managed,
            columns=columns,
            comment=comment,
            properties=dict(properties or {}),
        )
        try:
            self.catalog.register(new)
        except AlreadyExists:
            raise conditions.table_exists(name) from None
        except (BadRequest, InvalidParameterValue, PermissionDenied) as error:
            raise conditions.refused(error.message) from None
        self.wrote(name, location)

    def wrote(self, name: TableName, location: str) -> None:
        self.usage.wrote(TableWrite(name=name.full, location=location))


def writable(location: str) -> str:
    """The location, if Sail can write there. It percent-encodes paths twice: a table under a path with a space would
    have its log in one folder and its files in another.

    Raises:
        UnsupportedOperationException: names the path.
    """
    if _SAFE.fullmatch(location):
        return location
    row = gap("tables in folders whose path has spaces or other special characters")
    raise conditions.not_here(
        f"the engine sail cannot write to {unquote(location)!r}, a path with special characters: {row.hint}."
    )
