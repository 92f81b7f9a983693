"""The rows of tables."""

from collections.abc import Callable
from functools import partial
from typing import Any

from brickyard.errors import InvalidParameterValue, NotImplementedHere
from brickyard.server.catalog.locations import Places
from brickyard.server.catalog.tables.entities import NewTable
from brickyard.server.catalog.tables.service import Tables
from brickyard.server.catalog.tables.wire import (
    Coordinate,
    CreateTable,
    ListSummaries,
    ListTables,
    TableNamed,
    UpdateTable,
    summary_info,
    table_info,
)
from brickyard.server.catalog.wire import ENGINES_ROOT, changed, listed, unity_route
from brickyard.server.route import Route

Info = Callable[..., dict[str, Any]]


def routes(tables: Tables, places: Places, metastore_id: str, root: str) -> tuple[Route, ...]:
    info = partial(table_info, places=places, metastore_id=metastore_id, for_engines=root == ENGINES_ROOT)
    return (
        *_new_table_routes(tables, info, root),
        *_table_routes(tables, info, root),
        *_list_routes(tables, info, root),
    )


def _new_table_routes(tables: Tables, info: Info, root: str) -> tuple[Route, ...]:
    async def create(request: CreateTable) -> dict[str, Any]:
        """Register a Delta table."""
        if request.data_source_format.upper() != "DELTA":
            shown = request.data_source_format[:100]
            raise InvalidParameterValue(
                f"Invalid value {shown!a} for parameter 'data_source_format': it must be DELTA."
            )
        new = NewTable(
            catalog_name=request.catalog_name,
            schema_name=request.schema_name,
            name=request.name,
            storage_location=request.storage_location or "",
            columns=request.columns,
            comment=request.comment or "",
            properties=request.properties or {},
        )
        return info(await tables.create(new))

    async def coordinate(_: Coordinate) -> dict[str, Any]:
        """Refuse to order the commits of tables."""
        raise NotImplementedHere(
            "This server does not order commits: they go to the Delta log. Write a table's data first and register "
            f"it then; an engine that asks here because tables are MANAGED needs the catalog at {ENGINES_ROOT}."
        )

    return (
        unity_route("POST", "tables", create, CreateTable, root),
        unity_route("POST", "staging-tables", coordinate, Coordinate, root),
        unity_route("GET", "delta/preview/commits", coordinate, Coordinate, root),
        unity_route("POST", "delta/preview/commits", coordinate, Coordinate, root),
    )


def _table_routes(tables: Tables, info: Info, root: str) -> tuple[Route, ...]:
    async def get(request: TableNamed) -> dict[str, Any]:
        """Get a table."""
        return info(await tables.get(request.full_name))

    async def exists(request: TableNamed) -> dict[str, Any]:
        """Tell whether a table exists."""
        return {"table_exists": await tables.exists(request.full_name)}

    async def update(request: UpdateTable) -> dict[str, Any]:
        """Change a table's name, comment, owner or properties."""
        changes = changed(
            new_name=request.new_name, comment=request.comment, owner=request.owner, properties=request.properties
        )
        return info(await tables.update(request.full_name, changes))

    async def delete(request: TableNamed) -> dict[str, Any]:
        """Drop a table."""
        await tables.delete(request.full_name)
        return {}

    return (
        unity_route("GET", "tables/{full_name}", get, TableNamed, root),
        unity_route("GET", "tables/{full_name}/exists", exists, TableNamed, root),
        unity_route("PATCH", "tables/{full_name}", update, UpdateTable, root),
        unity_route("DELETE", "tables/{full_name}", delete, TableNamed, root),
    )


def _list_routes(tables: Tables, info: Info, root: str) -> tuple[Route, ...]:
    async def list_all(request: ListTables) -> dict[str, Any]:
        """List the tables of a schema."""
        views, token = await tables.listed(
            request.catalog_name, request.schema_name, request.max_results, request.page_token
        )
        left_out = (("columns", request.omit_columns), ("properties", request.omit_properties))
        omit = frozenset(name for name, is_left_out in left_out if is_left_out)
        rows = [info(view, omit=omit) for view in views]
        return listed("tables", rows, token)

    async def summaries(request: ListSummaries) -> dict[str, Any]:
        """List names and types of a catalog's tables."""
        rows, token = await tables.summaries(
            request.catalog_name,
            request.schema_name_pattern,
            request.table_name_pattern,
            max_results=request.max_results,
            page_token=request.page_token,
        )
        catalog = request.catalog_name.lower()
        return listed("tables", [summary_info(catalog, name, kind) for name, kind in rows], token)

    return (
        unity_route("GET", "tables", list_all, ListTables, root),
        unity_route("GET", "table-summaries", summaries, ListSummaries, root),
    )
