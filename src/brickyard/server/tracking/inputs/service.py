"""The rules of inputs and outputs of runs: those of the stock MLflow server."""

from typing import Any

from brickyard.errors import InvalidParameterValue
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database
from brickyard.server.tracking.inputs import store
from brickyard.server.tracking.inputs.wire import DatasetInput, LogInputs, LogOutputs
from brickyard.server.tracking.runs.service import check_active
from brickyard.wire import limits
from brickyard.wire.checks import check_length, check_run_id, parse_experiment_id

MAX_SUMMARIES = 1000
MAX_EXPERIMENTS = 20


class Inputs:
    """What the runs of one database used and made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log_inputs(self, request: LogInputs) -> None:
        """
        Raises:
            NotFound, InvalidParameterValue: no such run, a deleted one, a bad data set.
        """
        check_run_id(request.run_id)
        for index, entry in enumerate(request.datasets):
            _check_dataset(entry, f"datasets[{index}]")

        def write(connection: Connection) -> None:
            experiment_id = check_active(connection, request.run_id)
            for entry in request.datasets:
                if entry.dataset is not None:
                    dataset = store.dataset_id(connection, experiment_id, entry.dataset)
                    store.use_dataset(connection, request.run_id, dataset, entry.tags)
            for model in request.models:
                store.use_model(connection, request.run_id, model.model_id)

        await self._database.write(write)

    async def log_outputs(self, request: LogOutputs) -> None:
        """
        Raises:
            NotFound, InvalidParameterValue: no such run, a deleted one.
        """

        def write(connection: Connection) -> None:
            check_active(connection, request.run_id)
            for model in request.models:
                store.make_model(connection, request.run_id, model.model_id, model.step)

        await self._database.write(write)

    async def summaries(self, experiment_ids: list[str]) -> list[dict[str, Any]]:
        """Name, digest and context of the data sets that the runs of some experiments used.

        Raises:
            InvalidParameterValue: no experiment, or too many.
        """
        if not experiment_ids:
            raise InvalidParameterValue("SearchDatasets request must specify at least one experiment_id.")
        if len(experiment_ids) > MAX_EXPERIMENTS:
            raise InvalidParameterValue(
                f"SearchDatasets request cannot specify more than {MAX_EXPERIMENTS} experiment_ids. "
                f"Received {len(experiment_ids)} experiment_ids."
            )
        numbers = [parse_experiment_id(text) for text in experiment_ids]
        return await self._database.read(
            lambda connection: store.datasets_of_experiments(connection, numbers, MAX_SUMMARIES)
        )


def _check_dataset(entry: DatasetInput, path: str) -> None:
    dataset = entry.dataset
    if dataset is None:
        raise InvalidParameterValue(f"{path}: a data set input must have a dataset.")
    for field, value in (("name", dataset.name), ("digest", dataset.digest), ("source_type", dataset.source_type)):
        if not value:
            raise InvalidParameterValue(f"Missing value for required parameter '{path}.dataset.{field}'.")
    for field, limit, value in (
        ("name", limits.DATASET_NAME, dataset.name),
        ("digest", limits.DATASET_DIGEST, dataset.digest),
        ("source", limits.DATASET_SOURCE, dataset.source),
        ("schema", limits.DATASET_SCHEMA, dataset.schema),
        ("profile", limits.DATASET_PROFILE, dataset.profile),
    ):
        check_length(f"{path}.dataset.{field}", limit, value)
    for tag in entry.tags:
        check_length(f"{path}.tags.key", limits.INPUT_TAG_KEY, tag.key)
        check_length(f"{path}.tags.value", limits.INPUT_TAG_VALUE, tag.value)
