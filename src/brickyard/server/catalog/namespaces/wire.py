"""Bytes <-> catalogs and schemas."""

from typing import Any

from brickyard.errors import NotImplementedHere
from brickyard.server.catalog.entities import Catalog, Schema
from brickyard.server.catalog.locations import Places
from brickyard.server.catalog.names import folder_of
from brickyard.server.catalog.wire import entry_info
from brickyard.wire.requests import Request


class CreateCatalog(Request, frozen=True):
    required = ("name",)
    name: str = ""
    comment: str | None = None
    properties: dict[str, str] | None = None
    storage_root: str | None = None
    provider_name: str | None = None
    share_name: str | None = None
    connection_name: str | None = None


class CatalogNamed(Request, frozen=True):
    name: str
    force: bool | None = None


class UpdateCatalog(Request, frozen=True):
    name: str
    new_name: str | None = None
    comment: str | None = None
    owner: str | None = None
    properties: dict[str, str] | None = None


class CreateSchema(Request, frozen=True):
    required = ("name", "catalog_name")
    name: str = ""
    catalog_name: str = ""
    comment: str | None = None
    properties: dict[str, str] | None = None
    storage_root: str | None = None


class ListSchemas(Request, frozen=True):
    required = ("catalog_name",)
    catalog_name: str = ""
    max_results: int | None = None
    page_token: str = ""


class SchemaNamed(Request, frozen=True):
    full_name: str
    force: bool | None = None


class UpdateSchema(Request, frozen=True):
    full_name: str
    new_name: str | None = None
    comment: str | None = None
    owner: str | None = None
    properties: dict[str, str] | None = None


def catalog_info(catalog: Catalog, places: Places, metastore_id: str) -> dict[str, Any]:
    return {
        **entry_info(catalog),
        "full_name": catalog.name,
        "catalog_type": "MANAGED_CATALOG",
        "securable_type": "CATALOG",
        "isolation_mode": "OPEN",
        "metastore_id": metastore_id,
        "properties": catalog.properties,
        "storage_root": places.uri(f"tables/{folder_of(catalog.name)}"),
    }


def schema_info(schema: Schema, places: Places, metastore_id: str) -> dict[str, Any]:
    """`storage_root` is the folder of the schema's new tables."""
    return {
        **entry_info(schema),
        "full_name": schema.full_name,
        "catalog_name": schema.catalog_name,
        "catalog_type": "MANAGED_CATALOG",
        "metastore_id": metastore_id,
        "schema_id": schema.schema_id,
        "properties": schema.properties,
        "storage_root": places.uri(schema.folder),
    }


def refuse_unsupported(request: CreateCatalog | CreateSchema) -> None:
    """
    Raises:
        NotImplementedHere: the request wants what there is only in the cloud; names the field.
    """
    for field in ("storage_root", "provider_name", "share_name", "connection_name"):
        if getattr(request, field, None):
            raise NotImplementedHere(
                f"Parameter '{field}' is not supported: catalogs and schemas lie in the home folder. Leave it out."
            )
