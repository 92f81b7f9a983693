"""The rows of runs."""

from typing import Any

from brickyard.server.route import Route, mlflow_routes
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.runs.service import Runs
from brickyard.server.tracking.runs.wire import (
    CreateRun,
    DeleteTag,
    LogParam,
    OneRun,
    RunAnswer,
    RunInfoAnswer,
    RunsAnswer,
    SearchRuns,
    SetTag,
    UpdateRun,
)


def routes(runs: Runs) -> tuple[Route, ...]:
    async def create(request: CreateRun) -> RunAnswer:
        """Create a run."""
        return RunAnswer(await runs.create(request))

    async def get(request: OneRun) -> RunAnswer:
        """Get a run with its latest metrics, params, tags, inputs and outputs."""
        return RunAnswer(await runs.get(request.run_id))

    async def update(request: UpdateRun) -> RunInfoAnswer:
        """Update the status, end time or name of a run."""
        return RunInfoAnswer(await runs.update(request))

    async def delete(request: OneRun) -> dict[str, Any]:
        """Mark a run as deleted."""
        await runs.delete(request.run_id)
        return {}

    async def restore(request: OneRun) -> dict[str, Any]:
        """Restore a deleted run."""
        await runs.restore(request.run_id)
        return {}

    async def set_tag(request: SetTag) -> dict[str, Any]:
        """Set a tag of a run."""
        await runs.set_tag(request.run_id, Tag(request.key, request.value))
        return {}

    async def delete_tag(request: DeleteTag) -> dict[str, Any]:
        """Delete a tag of a run."""
        await runs.delete_tag(request.run_id, request.key)
        return {}

    async def log_param(request: LogParam) -> dict[str, Any]:
        """Log a param of a run; its value cannot change afterwards."""
        await runs.log_param(request.run_id, Tag(request.key, request.value))
        return {}

    async def search(request: SearchRuns) -> RunsAnswer:
        """Search runs by attributes, metrics, params, tags and datasets."""
        found, token = await runs.search(request)
        return RunsAnswer(runs=found, next_page_token=token)

    return (
        *mlflow_routes("POST", "runs/create", create, CreateRun),
        *mlflow_routes("GET", "runs/get", get, OneRun),
        *mlflow_routes("POST", "runs/update", update, UpdateRun),
        *mlflow_routes("POST", "runs/delete", delete, OneRun),
        *mlflow_routes("POST", "runs/restore", restore, OneRun),
        *mlflow_routes("POST", "runs/set-tag", set_tag, SetTag),
        *mlflow_routes("POST", "runs/delete-tag", delete_tag, DeleteTag),
        *mlflow_routes("POST", "runs/log-parameter", log_param, LogParam),
        *mlflow_routes("POST", "runs/search", search, SearchRuns),
    )
