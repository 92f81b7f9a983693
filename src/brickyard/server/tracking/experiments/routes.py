"""The rows of experiments."""

from typing import Any

from brickyard.server.route import Route, mlflow_routes
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.experiments.service import Experiments
from brickyard.server.tracking.experiments.wire import (
    CreateExperiment,
    DeleteExperimentTag,
    ExperimentAnswer,
    ExperimentByName,
    ExperimentsAnswer,
    OneExperiment,
    SearchExperiments,
    SetExperimentTag,
    UpdateExperiment,
)


def routes(experiments: Experiments) -> tuple[Route, ...]:
    async def create(request: CreateExperiment) -> dict[str, Any]:
        """Create an experiment."""
        return {"experiment_id": await experiments.create(request.name, request.artifact_location, request.tags)}

    async def get(request: OneExperiment) -> ExperimentAnswer:
        """Get an experiment by its id."""
        return ExperimentAnswer(await experiments.get(request.experiment_id))

    async def get_by_name(request: ExperimentByName) -> ExperimentAnswer:
        """Get an experiment by its name, deleted ones too."""
        return ExperimentAnswer(await experiments.get_by_name(request.experiment_name))

    async def search(request: SearchExperiments) -> ExperimentsAnswer:
        """Search experiments by name, times and tags."""
        found, token = await experiments.search(request)
        return ExperimentsAnswer(experiments=found, next_page_token=token)

    async def update(request: UpdateExperiment) -> dict[str, Any]:
        """Rename an experiment."""
        if request.new_name is not None:
            await experiments.rename(request.experiment_id, request.new_name)
        return {}

    async def delete(request: OneExperiment) -> dict[str, Any]:
        """Mark an experiment and its runs as deleted."""
        await experiments.delete(request.experiment_id)
        return {}

    async def restore(request: OneExperiment) -> dict[str, Any]:
        """Restore a deleted experiment and its runs."""
        await experiments.restore(request.experiment_id)
        return {}

    async def set_tag(request: SetExperimentTag) -> dict[str, Any]:
        """Set a tag of an experiment."""
        await experiments.set_tag(request.experiment_id, Tag(request.key, request.value))
        return {}

    async def delete_tag(request: DeleteExperimentTag) -> dict[str, Any]:
        """Delete a tag of an experiment."""
        await experiments.delete_tag(request.experiment_id, request.key)
        return {}

    return (
        *mlflow_routes("POST", "experiments/create", create, CreateExperiment),
        *mlflow_routes("GET", "experiments/get", get, OneExperiment),
        *mlflow_routes("GET", "experiments/get-by-name", get_by_name, ExperimentByName),
        *mlflow_routes("POST", "experiments/search", search, SearchExperiments),
        *mlflow_routes("GET", "experiments/search", search, SearchExperiments),
        *mlflow_routes("GET", "experiments/list", search, SearchExperiments),
        *mlflow_routes("POST", "experiments/update", update, UpdateExperiment),
        *mlflow_routes("POST", "experiments/delete", delete, OneExperiment),
        *mlflow_routes("POST", "experiments/restore", restore, OneExperiment),
        *mlflow_routes("POST", "experiments/set-experiment-tag", set_tag, SetExperimentTag),
        *mlflow_routes("POST", "experiments/delete-experiment-tag", delete_tag, DeleteExperimentTag),
    )
