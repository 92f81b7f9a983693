"""The rows of logged models."""

from typing import Any

from brickyard.server.route import Route, mlflow_routes
from brickyard.server.tracking.logged_models.service import LoggedModels
from brickyard.server.tracking.logged_models.wire import (
    CreateLoggedModel,
    DeleteLoggedModelTag,
    FinalizeLoggedModel,
    LoggedModelAnswer,
    LoggedModelsAnswer,
    LogLoggedModelParams,
    OneLoggedModel,
    SearchLoggedModels,
    SetLoggedModelTags,
)


def routes(models: LoggedModels) -> tuple[Route, ...]:
    async def create(request: CreateLoggedModel) -> LoggedModelAnswer:
        """Create a logged model, pending until its files are uploaded."""
        return LoggedModelAnswer(await models.create(request))

    async def get(request: OneLoggedModel) -> LoggedModelAnswer:
        """Get a logged model with its params, tags and metrics."""
        return LoggedModelAnswer(await models.get(request.model_id, allow_deleted=request.allow_deleted))

    async def finalize(request: FinalizeLoggedModel) -> LoggedModelAnswer:
        """Say that a logged model is ready, or that its upload failed."""
        return LoggedModelAnswer(await models.finalize(request))

    async def delete(request: OneLoggedModel) -> dict[str, Any]:
        """Mark a logged model as deleted."""
        await models.delete(request.model_id)
        return {}

    async def set_tags(request: SetLoggedModelTags) -> dict[str, Any]:
        """Set tags of a logged model."""
        await models.set_tags(request.model_id, request.tags)
        return {}

    async def delete_tag(request: DeleteLoggedModelTag) -> dict[str, Any]:
        """Delete a tag of a logged model."""
        await models.delete_tag(request.model_id, request.tag_key)
        return {}

    async def log_params(request: LogLoggedModelParams) -> dict[str, Any]:
        """Log params of a logged model."""
        await models.log_params(request.model_id, request.params)
        return {}

    async def search(request: SearchLoggedModels) -> LoggedModelsAnswer:
        """Search logged models by attributes, metrics, params and tags."""
        found, token = await models.search(request)
        return LoggedModelsAnswer(models=found, next_page_token=token)

    one = "logged-models/{model_id}"
    return (
        *mlflow_routes("POST", "logged-models", create, CreateLoggedModel),
        *mlflow_routes("POST", "logged-models/search", search, SearchLoggedModels),
        *mlflow_routes("GET", one, get, OneLoggedModel),
        *mlflow_routes("PATCH", one, finalize, FinalizeLoggedModel),
        *mlflow_routes("DELETE", one, delete, OneLoggedModel),
        *mlflow_routes("PATCH", f"{one}/tags", set_tags, SetLoggedModelTags),
        *mlflow_routes("DELETE", f"{one}/tags/{{tag_key}}", delete_tag, DeleteLoggedModelTag),
        *mlflow_routes("POST", f"{one}/params", log_params, LogLoggedModelParams),
    )
