"""Bytes <-> volumes."""

from typing import Any, Literal

from brickyard.server.catalog.entities import Volume
from brickyard.server.catalog.locations import Places
from brickyard.server.catalog.wire import entry_info
from brickyard.wire.requests import Request


class CreateVolume(Request, frozen=True):
    required = ("name", "catalog_name", "schema_name")
    name: str = ""
    catalog_name: str = ""
    schema_name: str = ""
    volume_type: Literal["MANAGED", "EXTERNAL"] = "MANAGED"
    storage_location: str | None = None
    comment: str | None = None


class ListVolumes(Request, frozen=True):
    required = ("catalog_name", "schema_name")
    catalog_name: str = ""
    schema_name: str = ""
    max_results: int | None = None
    page_token: str = ""


class VolumeNamed(Request, frozen=True):
    name: str


class UpdateVolume(Request, frozen=True):
    name: str
    new_name: str | None = None
    comment: str | None = None
    owner: str | None = None


def volume_info(volume: Volume, places: Places, metastore_id: str) -> dict[str, Any]:
    return {
        **entry_info(volume),
        "full_name": volume.full_name,
        "catalog_name": volume.catalog_name,
        "schema_name": volume.schema_name,
        "volume_id": volume.volume_id,
        "volume_type": volume.volume_type,
        "storage_location": places.uri(volume.location),
        "metastore_id": metastore_id,
    }
