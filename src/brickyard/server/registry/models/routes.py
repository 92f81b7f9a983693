"""The rows of registered models."""

from typing import Any

from brickyard.server.registry.entities import RegistryTag
from brickyard.server.registry.models.service import Models
from brickyard.server.registry.models.wire import (
    CreateModel,
    DeleteModelTag,
    LatestVersions,
    ModelAnswer,
    ModelsAnswer,
    OneAlias,
    OneModel,
    RenameModel,
    SearchModels,
    SetAlias,
    SetModelTag,
    UpdateModel,
    VersionsAnswer,
)
from brickyard.server.registry.versions.wire import VersionAnswer
from brickyard.server.route import Route, mlflow_routes


def routes(models: Models) -> tuple[Route, ...]:
    return (*_of_models(models), *_of_tags_and_aliases(models))


def _of_models(models: Models) -> tuple[Route, ...]:
    async def create(request: CreateModel) -> ModelAnswer:
        """Create a registered model."""
        return ModelAnswer(await models.create(request))

    async def get(request: OneModel) -> ModelAnswer:
        """Get a registered model with its latest versions."""
        return ModelAnswer(await models.get(request.name))

    async def update(request: UpdateModel) -> ModelAnswer:
        """Change the description of a registered model."""
        return ModelAnswer(await models.update(request.name, request.description))

    async def rename(request: RenameModel) -> ModelAnswer:
        """Rename a registered model."""
        return ModelAnswer(await models.rename(request.name, request.new_name))

    async def delete(request: OneModel) -> dict[str, Any]:
        """Delete a registered model with its versions."""
        await models.delete(request.name)
        return {}

    async def search(request: SearchModels) -> ModelsAnswer:
        """Search registered models by name and tags."""
        found, token = await models.search(request)
        return ModelsAnswer(registered_models=found, next_page_token=token)

    async def latest(request: LatestVersions) -> VersionsAnswer:
        """The newest version of each stage."""
        return VersionsAnswer(await models.latest_versions(request.name, request.stages))

    return (
        *mlflow_routes("POST", "registered-models/create", create, CreateModel),
        *mlflow_routes("GET", "registered-models/get", get, OneModel),
        *mlflow_routes("PATCH", "registered-models/update", update, UpdateModel),
        *mlflow_routes("POST", "registered-models/rename", rename, RenameModel),
        *mlflow_routes("DELETE", "registered-models/delete", delete, OneModel),
        *mlflow_routes("GET", "registered-models/search", search, SearchModels),
        *mlflow_routes("GET", "registered-models/list", search, SearchModels),
        *mlflow_routes("POST", "registered-models/get-latest-versions", latest, LatestVersions),
        *mlflow_routes("GET", "registered-models/get-latest-versions", latest, LatestVersions),
    )


def _of_tags_and_aliases(models: Models) -> tuple[Route, ...]:
    async def set_tag(request: SetModelTag) -> dict[str, Any]:
        """Set a tag of a registered model."""
        await models.set_tag(request.name, RegistryTag(request.key, request.value))
        return {}

    async def delete_tag(request: DeleteModelTag) -> dict[str, Any]:
        """Delete a tag of a registered model."""
        await models.delete_tag(request.name, request.key)
        return {}

    async def set_alias(request: SetAlias) -> dict[str, Any]:
        """Point an alias to a version."""
        await models.set_alias(request.name, request.alias, request.version)
        return {}

    async def delete_alias(request: OneAlias) -> dict[str, Any]:
        """Delete an alias."""
        await models.delete_alias(request.name, request.alias)
        return {}

    async def get_by_alias(request: OneAlias) -> VersionAnswer:
        """Get the version that an alias points to."""
        return VersionAnswer(await models.by_alias(request.name, request.alias))

    return (
        *mlflow_routes("POST", "registered-models/set-tag", set_tag, SetModelTag),
        *mlflow_routes("DELETE", "registered-models/delete-tag", delete_tag, DeleteModelTag),
        *mlflow_routes("POST", "registered-models/alias", set_alias, SetAlias),
        *mlflow_routes("DELETE", "registered-models/alias", delete_alias, OneAlias),
        *mlflow_routes("GET", "registered-models/alias", get_by_alias, OneAlias),
    )
