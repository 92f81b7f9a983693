"""The rows of model versions."""

from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from brickyard.errors import InvalidParameterValue
from brickyard.server.artifacts.service import Artifacts
from brickyard.server.attachments import attachment
from brickyard.server.registry.entities import RegistryTag
from brickyard.server.registry.models.wire import VersionsAnswer
from brickyard.server.registry.versions.service import Versions
from brickyard.server.registry.versions.wire import (
    CreateVersion,
    DeleteVersionTag,
    OneVersion,
    SearchVersions,
    SetVersionTag,
    TransitionStage,
    UpdateVersion,
    VersionAnswer,
)
from brickyard.server.route import Permission, Route, mlflow_routes, raw_route


def routes(versions: Versions, artifacts: Artifacts) -> tuple[Route, ...]:
    return (*_of_versions(versions), *_of_files(versions, artifacts))


def _of_versions(versions: Versions) -> tuple[Route, ...]:
    async def create(request: CreateVersion) -> VersionAnswer:
        """Register a version of a model."""
        return VersionAnswer(await versions.create(request))

    async def get(request: OneVersion) -> VersionAnswer:
        """Get a version of a model."""
        return VersionAnswer(await versions.get(request.name, request.version))

    async def update(request: UpdateVersion) -> VersionAnswer:
        """Change the description of a version."""
        return VersionAnswer(await versions.update(request.name, request.version, request.description))

    async def delete(request: OneVersion) -> dict[str, Any]:
        """Delete a version of a model."""
        await versions.delete(request.name, request.version)
        return {}

    async def search(request: SearchVersions) -> VersionsAnswer:
        """Search versions by name, run, source and tags."""
        found, token = await versions.search(request)
        return VersionsAnswer(model_versions=found, next_page_token=token)

    async def transition(request: TransitionStage) -> VersionAnswer:
        """Move a version to a stage."""
        return VersionAnswer(await versions.transition(request))

    async def set_tag(request: SetVersionTag) -> dict[str, Any]:
        """Set a tag of a version."""
        await versions.set_tag(request.name, request.version, RegistryTag(request.key, request.value))
        return {}

    async def delete_tag(request: DeleteVersionTag) -> dict[str, Any]:
        """Delete a tag of a version."""
        await versions.delete_tag(request.name, request.version, request.key)
        return {}

    async def download_uri(request: OneVersion) -> dict[str, str]:
        """Where the files of a version are."""
        return {"artifact_uri": await versions.location(request.name, request.version)}

    return (
        *mlflow_routes("POST", "model-versions/create", create, CreateVersion),
        *mlflow_routes("GET", "model-versions/get", get, OneVersion),
        *mlflow_routes("PATCH", "model-versions/update", update, UpdateVersion),
        *mlflow_routes("DELETE", "model-versions/delete", delete, OneVersion),
        *mlflow_routes("GET", "model-versions/search", search, SearchVersions),
        *mlflow_routes("POST", "model-versions/transition-stage", transition, TransitionStage),
        *mlflow_routes("POST", "model-versions/set-tag", set_tag, SetVersionTag),
        *mlflow_routes("DELETE", "model-versions/delete-tag", delete_tag, DeleteVersionTag),
        *mlflow_routes("GET", "model-versions/get-download-uri", download_uri, OneVersion),
    )


def _of_files(versions: Versions, artifacts: Artifacts) -> tuple[Route, ...]:
    async def get_artifact(request: HttpRequest) -> Response:
        """Send a file of a version to a browser."""
        query = request.query_params
        name, version, path = query.get("name", ""), query.get("version", ""), query.get("path", "")
        if not path:
            raise InvalidParameterValue("Missing value for required parameter 'path'.")
        uri = await versions.location(name, version)
        return attachment(await artifacts.file(artifacts.segments_of(uri, path)))

    return (raw_route("GET", "/model-versions/get-artifact", Permission.MLFLOW, get_artifact),)
