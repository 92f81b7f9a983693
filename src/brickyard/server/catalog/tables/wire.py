"""Bytes <-> tables."""

from typing import Any, Literal

from brickyard.server.catalog.constraints.wire import constraint_info
from brickyard.server.catalog.entities import EXTERNAL, Column
from brickyard.server.catalog.locations import Places
from brickyard.server.catalog.tables.entities import TableView
from brickyard.server.catalog.wire import entry_info, without_none
from brickyard.wire.requests import Request

NOTICE = "brickyard.notice"
"""A property of answers (it is not stored): why the columns are not those of a Delta log."""


class CreateTable(Request, frozen=True):
    required = ("name", "catalog_name", "schema_name")
    name: str = ""
    catalog_name: str = ""
    schema_name: str = ""
    table_type: Literal["MANAGED", "EXTERNAL"] | None = None
    data_source_format: str = "DELTA"
    storage_location: str | None = None
    columns: list[Column] = []
    comment: str | None = None
    properties: dict[str, str] | None = None


class ListTables(Request, frozen=True):
    required = ("catalog_name", "schema_name")
    catalog_name: str = ""
    schema_name: str = ""
    max_results: int | None = None
    page_token: str = ""
    omit_columns: bool = False
    omit_properties: bool = False


class ListSummaries(Request, frozen=True):
    required = ("catalog_name",)
    catalog_name: str = ""
    schema_name_pattern: str = ""
    table_name_pattern: str = ""
    max_results: int | None = None
    page_token: str = ""


class Coordinate(Request, frozen=True):
    """A step of Unity Catalog's protocol for tables whose commits the catalog orders."""


class TableNamed(Request, frozen=True):
    full_name: str


class UpdateTable(Request, frozen=True):
    full_name: str
    new_name: str | None = None
    comment: str | None = None
    owner: str | None = None
    properties: dict[str, str] | None = None


def table_info(
    view: TableView, places: Places, metastore_id: str, *, for_engines: bool, omit: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """
    Args:
        for_engines: show it as EXTERNAL, see `ENGINES_ROOT`.
        omit: fields to leave out.
    """
    table = view.table
    info = {
        **entry_info(table),
        "full_name": table.full_name,
        "catalog_name": table.catalog_name,
        "schema_name": table.schema_name,
        "table_id": table.table_id,
        "table_type": EXTERNAL if for_engines else table.table_type,
        "data_source_format": "DELTA",
        "storage_location": places.uri(table.location),
        "metastore_id": metastore_id,
    }
    info["columns"] = [without_none(column) for column in table.columns]
    info["properties"] = table.properties | ({NOTICE: view.notice} if view.notice else {})
    if view.key is not None:
        info["table_constraints"] = [constraint_info(view.key)]
    return {name: value for name, value in info.items() if name not in omit} if omit else info


def summary_info(catalog: str, name: str, table_type: str) -> dict[str, Any]:
    return {"full_name": f"{catalog}.{name}", "table_type": table_type}
