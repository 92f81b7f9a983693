"""The rules of experiments: those of the stock MLflow server."""

from collections.abc import Sequence

from brickyard.clock import now_ms
from brickyard.errors import AlreadyExists, InvalidParameterValue, InvalidState, NotFound
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database
from brickyard.server.tracking.experiments import search, store
from brickyard.server.tracking.experiments.entities import Experiment, Tag
from brickyard.server.tracking.experiments.wire import SearchExperiments
from brickyard.server.tracking.locations import check_artifact_location
from brickyard.wire.checks import check_experiment_name, check_experiment_tag, parse_experiment_id
from brickyard.wire.page_tokens import create_page_token, parse_page_token

DEFAULT_EXPERIMENT = 0


def find(connection: Connection, experiment_id: str) -> Experiment:
    """
    Raises:
        NotFound: no such experiment.
        InvalidParameterValue: the id is not an integer.
    """
    number = parse_experiment_id(experiment_id)
    experiment = store.by_id(connection, number)
    if experiment is None:
        raise NotFound(f"No Experiment with id={number} exists")
    return experiment


def find_active(connection: Connection, experiment_id: str) -> Experiment:
    """
    Raises:
        NotFound, InvalidParameterValue: as `find`, or the experiment is deleted.
    """
    experiment = find(connection, experiment_id)
    if not experiment.is_active:
        raise InvalidParameterValue(
            f"The experiment {experiment.experiment_id} must be in the 'active' state. "
            f"Current state is {experiment.lifecycle_stage}."
        )
    return experiment


def check_active(connection: Connection, experiment_id: str) -> tuple[int, str]:
    """Number and artifact location of an active experiment. Raises as `find_active`, with one small statement."""
    number = parse_experiment_id(experiment_id)
    found = store.state(connection, number)
    if found is None or found[0] != "active":
        experiment = find_active(connection, experiment_id)
        return number, experiment.artifact_location
    return number, found[1]


class Experiments:
    """Experiments of one database; artifacts of new ones lie under `artifact_root`, a URI with no slash at its end."""

    def __init__(self, database: Database, artifact_root: str) -> None:
        self._database = database
        self._artifact_root = artifact_root

    async def ensure_default(self) -> None:
        """Experiment 0, which clients and the UI expect."""

        def write(connection: Connection) -> None:
            if store.by_id(connection, DEFAULT_EXPERIMENT) is None:
                location = f"{self._artifact_root}/{DEFAULT_EXPERIMENT}"
                store.insert_with_id(connection, DEFAULT_EXPERIMENT, name="Default", location=location, now=now_ms())

        await self._database.write(write)

    async def create(self, name: str, artifact_location: str, tags: Sequence[Tag]) -> str:
        """The id of the new experiment.

        Raises:
            AlreadyExists: the name is taken, by a deleted experiment too.
            InvalidParameterValue: a bad name, location or tag.
        """
        check_experiment_name(name)
        check_artifact_location(artifact_location)
        for tag in tags:
            check_experiment_tag(tag.key, tag.value)

        def write(connection: Connection) -> int:
            _check_name_is_free(connection, name)
            number = store.insert_experiment(
                connection, name=name, artifact_root=self._artifact_root, location=artifact_location, now=now_ms()
            )
            store.set_tags(connection, number, tags)
            return number

        return str(await self._database.write(write))

    async def get(self, experiment_id: str) -> Experiment:
        """
        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """
        return await self._database.read(lambda connection: find(connection, experiment_id))

    async def get_by_name(self, name: str) -> Experiment:
        """
        Raises:
            NotFound: no experiment has this name.
        """
        experiment = await self._database.read(lambda connection: store.by_name(connection, name))
        if experiment is None:
            raise NotFound(f"Could not find experiment with name '{name}'")
        return experiment

    async def rename(self, experiment_id: str, name: str) -> None:
        """
        Raises:
            AlreadyExists: the name is taken.
            InvalidState: the experiment is deleted.
        """
        check_experiment_name(name)

        def write(connection: Connection) -> None:
            experiment = find(connection, experiment_id)
            if not experiment.is_active:
                raise InvalidState("Cannot rename a non-active experiment.")
            if experiment.name != name:
                _check_name_is_free(connection, name)
            store.rename(connection, int(experiment.experiment_id), name, now_ms())

        await self._database.write(write)

    async def delete(self, experiment_id: str) -> None:
        """Mark the experiment and its runs as deleted.

        Raises:
            NotFound: no such experiment that is active.
        """
        await self._move(experiment_id, "active", "deleted")

    async def restore(self, experiment_id: str) -> None:
        """
        Raises:
            NotFound: no such experiment that is deleted.
        """
        await self._move(experiment_id, "deleted", "active")

    async def _move(self, experiment_id: str, before: str, after: str) -> None:
        def write(connection: Connection) -> None:
            experiment = find(connection, experiment_id)
            if experiment.lifecycle_stage != before:
                raise NotFound(f"No Experiment with id={experiment.experiment_id} exists")
            store.set_stage(connection, int(experiment.experiment_id), after, now_ms())

        await self._database.write(write)

    async def set_tag(self, experiment_id: str, tag: Tag) -> None:
        """
        Raises:
            NotFound, InvalidParameterValue: no such experiment, a deleted one, a bad key or value.
        """
        check_experiment_tag(tag.key, tag.value)

        def write(connection: Connection) -> None:
            experiment = find_active(connection, experiment_id)
            store.set_tags(connection, int(experiment.experiment_id), [tag])

        await self._database.write(write)

    async def delete_tag(self, experiment_id: str, key: str) -> None:
        """
        Raises:
            NotFound: no such experiment or tag.
        """

        def write(connection: Connection) -> None:
            experiment = find_active(connection, experiment_id)
            if not store.delete_tag(connection, int(experiment.experiment_id), key):
                raise NotFound(f"No tag with name: {key} in experiment with id {experiment_id}")

        await self._database.write(write)

    async def search(self, request: SearchExperiments) -> tuple[list[Experiment], str]:
        """A page of experiments and the token of the next one, empty at the end.

        Raises:
            InvalidParameterValue: filter, order, page token or max_results.
        """
        offset = parse_page_token(request.page_token)
        statement = search.statement(request, offset)
        found = await self._database.read(lambda connection: store.search(connection, statement))
        if len(found) <= request.max_results:
            return found, ""
        return found[: request.max_results], create_page_token(offset + request.max_results)


def _check_name_is_free(connection: Connection, name: str) -> None:
    if store.by_name(connection, name) is not None:
        raise AlreadyExists(f"Experiment(name={name}) already exists.")
