"""The rows of inputs and outputs."""

from typing import Any

from brickyard.server.route import Permission, Route, json_route, mlflow_routes
from brickyard.server.tracking.inputs.service import Inputs
from brickyard.server.tracking.inputs.wire import LogInputs, LogOutputs, SearchDatasets


def routes(inputs: Inputs) -> tuple[Route, ...]:
    async def log_inputs(request: LogInputs) -> dict[str, Any]:
        """Log the data sets and models that a run uses."""
        await inputs.log_inputs(request)
        return {}

    async def log_outputs(request: LogOutputs) -> dict[str, Any]:
        """Log the models that a run makes."""
        await inputs.log_outputs(request)
        return {}

    async def search_datasets(request: SearchDatasets) -> dict[str, Any]:
        """Summaries of the data sets of some experiments."""
        return {"dataset_summaries": await inputs.summaries(request.experiment_ids)}

    return (
        *mlflow_routes("POST", "runs/log-inputs", log_inputs, LogInputs),
        *mlflow_routes("POST", "runs/outputs", log_outputs, LogOutputs),
        json_route(
            "POST",
            "/ajax-api/2.0/mlflow/experiments/search-datasets",
            Permission.MLFLOW,
            search_datasets,
            SearchDatasets,
        ),
    )
