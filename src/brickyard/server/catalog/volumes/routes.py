"""The rows of volumes."""

from typing import Any

from brickyard.errors import NotImplementedHere
from brickyard.server.catalog.entities import MANAGED
from brickyard.server.catalog.locations import Places
from brickyard.server.catalog.names import SchemaName
from brickyard.server.catalog.volumes.service import Volumes
from brickyard.server.catalog.volumes.wire import CreateVolume, ListVolumes, UpdateVolume, VolumeNamed, volume_info
from brickyard.server.catalog.wire import changed, listed, unity_route
from brickyard.server.route import Route


def routes(volumes: Volumes, places: Places, metastore_id: str) -> tuple[Route, ...]:
    async def create(request: CreateVolume) -> dict[str, Any]:
        """Create a volume."""
        if request.volume_type != MANAGED or request.storage_location:
            raise NotImplementedHere("Only MANAGED volumes without a storage_location are supported.")
        parent = SchemaName(request.catalog_name, request.schema_name)
        return volume_info(await volumes.create(parent, request.name, request.comment or ""), places, metastore_id)

    async def list_all(request: ListVolumes) -> dict[str, Any]:
        """List the volumes of a schema."""
        parent = SchemaName(request.catalog_name, request.schema_name)
        rows, token = await volumes.listed(parent, request.max_results, request.page_token)
        return listed("volumes", [volume_info(row, places, metastore_id) for row in rows], token)

    async def get(request: VolumeNamed) -> dict[str, Any]:
        """Get a volume."""
        return volume_info(await volumes.get(request.name), places, metastore_id)

    async def update(request: UpdateVolume) -> dict[str, Any]:
        """Change a volume's comment or owner."""
        if request.new_name is not None:
            raise NotImplementedHere("A volume cannot be renamed: its files lie at the path of its name.")
        changes = changed(comment=request.comment, owner=request.owner)
        return volume_info(await volumes.update(request.name, changes), places, metastore_id)

    async def delete(request: VolumeNamed) -> dict[str, Any]:
        """Delete a volume and its files."""
        await volumes.delete(request.name)
        return {}

    return (
        unity_route("POST", "volumes", create, CreateVolume),
        unity_route("GET", "volumes", list_all, ListVolumes),
        unity_route("GET", "volumes/{name}", get, VolumeNamed),
        unity_route("PATCH", "volumes/{name}", update, UpdateVolume),
        unity_route("DELETE", "volumes/{name}", delete, VolumeNamed),
    )
