"""Names on Sail.

Sail gets one catalog of its unity provider for each catalog that the server has when the session starts; so the
current catalog and names of two levels are Sail's own business. A three-level name whose first part is none of them
goes to the current one's provider, which asks the server for the catalog that the name says: that is how the tables
of catalogs that are made later are found. When such a later catalog becomes the current one, Sail's current catalog is
LATE_CATALOG, and the relay puts in the name.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import pyspark.sql.connect.proto as pb

from brickyard.notebook.catalog import CatalogClient, SchemaEntry, TableName, quote_name, split_name
from brickyard.notebook.engines import conditions
from brickyard.notebook.engines.plans import EngineCalls
from brickyard.notebook.engines.sail.relay import LATE_CATALOG

DEFAULT_SCHEMA = "default"
SAIL_OWN = frozenset({"system"})
"""Sail has a catalog of this name and allows no other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogs:
    """The catalogs of the server when the session starts."""

    names: tuple[str, ...]
    default: str


class CurrentNames:
    """The current catalog and schema of one session. Thread-safe."""

    def __init__(self, catalogs: Catalogs) -> None:
        self._lock = threading.Lock()
        self._catalog, self._schema = catalogs.default, DEFAULT_SCHEMA
        self._known = frozenset(catalogs.names)

    @property
    def current(self) -> tuple[str, str]:
        """Catalog and schema."""
        with self._lock:
            return self._catalog, self._schema

    def parts(self, text: str) -> tuple[str, ...]:
        """The parts of a name as the user wrote it.

        Raises:
            AnalysisException: IDENTIFIER_INVALID.
        """
        try:
            return split_name(text)
        except ValueError as error:
            raise conditions.invalid_name(text, str(error)) from None

    def table(self, parts: Sequence[str]) -> TableName:
        """The full name of a table. The catalog keeps names in lower case and compares them so.

        Raises:
            AnalysisException: IDENTIFIER_INVALID: more than three parts.
        """
        catalog, schema = self.current
        if len(parts) > 3:
            raise conditions.invalid_name(quote_name(parts), f"{quote_name(parts)} has more than three parts")
        full = (catalog, schema)[: 3 - len(parts)] + tuple(part.lower() for part in parts)
        return TableName(catalog=full[0], schema=full[1], table=full[2])

    def schema(self, parts: Sequence[str]) -> tuple[str, str]:
        """Catalog and schema that a schema's name means.

        Raises:
            AnalysisException: IDENTIFIER_INVALID: more than two parts.
        """
        if len(parts) > 2:
            raise conditions.invalid_name(quote_name(parts), f"{quote_name(parts)} is not the name of a schema")
        named = tuple(part.lower() for part in parts)
        return (self.current[0], named[0]) if len(named) == 1 else (named[0], named[1])

    def use(self, catalog: str, schema: str, calls: EngineCalls) -> None:
        """Make a catalog and a schema that exist the current ones, here and in Sail."""
        with self._lock:
            before = self._catalog, self._schema
            self._catalog, self._schema = catalog, schema
        try:
            calls.run(relation=_set_catalog(catalog if catalog in self._known else LATE_CATALOG))
            calls.run(relation=_set_schema(quote_name((schema,))))
        except BaseException:  # reason: whatever stopped it, the engine's names are the old ones; it goes on
            with self._lock:
                self._catalog, self._schema = before
            raise


def catalogs_at_start(catalog: CatalogClient) -> Catalogs:
    """What Sail is started with.

    Raises:
        TemporarilyUnavailable: the server does not answer.
    """
    default = catalog.default_catalog()
    names = [name for name in catalog.catalogs() if name not in SAIL_OWN]
    return Catalogs(names=tuple(dict.fromkeys([default, *names])), default=default)


def require_schema(catalog: CatalogClient, name: str, schema: str) -> SchemaEntry:
    """The schema of a catalog.

    Raises:
        AnalysisException: SCHEMA_NOT_FOUND.
    """
    entry = catalog.schema(name, schema)
    if entry is None:
        raise conditions.schema_not_found(name, schema)
    return entry


def _set_catalog(catalog: str) -> pb.Relation:
    relation = pb.Relation()
    relation.catalog.set_current_catalog.catalog_name = catalog
    return relation


def _set_schema(schema: str) -> pb.Relation:
    relation = pb.Relation()
    relation.catalog.set_current_database.db_name = schema
    return relation
