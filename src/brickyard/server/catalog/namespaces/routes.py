"""The rows of catalogs and schemas."""

from typing import Any

from brickyard.server.catalog.locations import Places
from brickyard.server.catalog.namespaces.service import Namespaces
from brickyard.server.catalog.namespaces.wire import (
    CatalogNamed,
    CreateCatalog,
    CreateSchema,
    ListSchemas,
    SchemaNamed,
    UpdateCatalog,
    UpdateSchema,
    catalog_info,
    refuse_unsupported,
    schema_info,
)
from brickyard.server.catalog.wire import ListAll, changed, listed, unity_route
from brickyard.server.route import Route


def routes(namespaces: Namespaces, places: Places, metastore_id: str, root: str) -> tuple[Route, ...]:
    return (
        *_catalog_routes(namespaces, places, metastore_id, root),
        *_schema_routes(namespaces, places, metastore_id, root),
    )


def _catalog_routes(namespaces: Namespaces, places: Places, metastore_id: str, root: str) -> tuple[Route, ...]:
    async def create(request: CreateCatalog) -> dict[str, Any]:
        """Create a catalog."""
        refuse_unsupported(request)
        new = await namespaces.create_catalog(request.name, request.comment or "", request.properties)
        return catalog_info(new, places, metastore_id)

    async def list_all(request: ListAll) -> dict[str, Any]:
        """List the catalogs."""
        rows, token = await namespaces.catalogs(request.max_results, request.page_token)
        return listed("catalogs", [catalog_info(row, places, metastore_id) for row in rows], token)

    async def get(request: CatalogNamed) -> dict[str, Any]:
        """Get a catalog."""
        return catalog_info(await namespaces.catalog(request.name), places, metastore_id)

    async def update(request: UpdateCatalog) -> dict[str, Any]:
        """Change a catalog's name, comment, owner or properties."""
        changes = changed(
            new_name=request.new_name, comment=request.comment, owner=request.owner, properties=request.properties
        )
        return catalog_info(await namespaces.update_catalog(request.name, changes), places, metastore_id)

    async def delete(request: CatalogNamed) -> dict[str, Any]:
        """Delete a catalog."""
        await namespaces.delete_catalog(request.name, force=bool(request.force))
        return {}

    return (
        unity_route("POST", "catalogs", create, CreateCatalog, root),
        unity_route("GET", "catalogs", list_all, ListAll, root),
        unity_route("GET", "catalogs/{name}", get, CatalogNamed, root),
        unity_route("PATCH", "catalogs/{name}", update, UpdateCatalog, root),
        unity_route("DELETE", "catalogs/{name}", delete, CatalogNamed, root),
    )


def _schema_routes(namespaces: Namespaces, places: Places, metastore_id: str, root: str) -> tuple[Route, ...]:
    async def create(request: CreateSchema) -> dict[str, Any]:
        """Create a schema."""
        refuse_unsupported(request)
        new = await namespaces.create_schema(
            request.catalog_name, request.name, request.comment or "", request.properties
        )
        return schema_info(new, places, metastore_id)

    async def list_all(request: ListSchemas) -> dict[str, Any]:
        """List the schemas of a catalog."""
        rows, token = await namespaces.schemas(request.catalog_name, request.max_results, request.page_token)
        return listed("schemas", [schema_info(row, places, metastore_id) for row in rows], token)

    async def get(request: SchemaNamed) -> dict[str, Any]:
        """Get a schema."""
        return schema_info(await namespaces.schema(request.full_name), places, metastore_id)

    async def update(request: UpdateSchema) -> dict[str, Any]:
        """Change a schema's name, comment, owner or properties."""
        changes = changed(
            new_name=request.new_name, comment=request.comment, owner=request.owner, properties=request.properties
        )
        return schema_info(await namespaces.update_schema(request.full_name, changes), places, metastore_id)

    async def delete(request: SchemaNamed) -> dict[str, Any]:
        """Delete a schema."""
        await namespaces.delete_schema(request.full_name, force=bool(request.force))
        return {}

    return (
        unity_route("POST", "schemas", create, CreateSchema, root),
        unity_route("GET", "schemas", list_all, ListSchemas, root),
        unity_route("GET", "schemas/{full_name}", get, SchemaNamed, root),
        unity_route("PATCH", "schemas/{full_name}", update, UpdateSchema, root),
        unity_route("DELETE", "schemas/{full_name}", delete, SchemaNamed, root),
    )
