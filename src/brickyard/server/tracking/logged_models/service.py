"""The rules of logged models: those of the stock MLflow server."""

import posixpath
import uuid
from collections.abc import Sequence

from brickyard.clock import now_ms
from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.experiments.service import find_active as find_active_experiment
from brickyard.server.tracking.logged_models import search, store
from brickyard.server.tracking.logged_models.entities import (
    PENDING,
    STATUSES,
    LoggedModel,
    LoggedModelData,
    LoggedModelInfo,
)
from brickyard.server.tracking.logged_models.wire import CreateLoggedModel, FinalizeLoggedModel, SearchLoggedModels
from brickyard.server.tracking.runs.names import random_run_name

_BAD_CHARACTERS = frozenset("/:.%\"'")


def check_name(name: str) -> None:
    """
    Raises:
        InvalidParameterValue: characters that URIs and folders of models cannot have.
    """
    if set(name) & _BAD_CHARACTERS or posixpath.normpath(name or "model") != (name or "model"):
        raise InvalidParameterValue(
            f"Invalid model name ({name}) provided. Model name must be a non-empty string "
            "and cannot contain the following characters: ('/', ':', '.', '%', '\"', \"'\")"
        )


def find(connection: Connection, model_id: str, *, allow_deleted: bool = False) -> int:
    """The experiment id of a model.

    Raises:
        NotFound: no such model, or a deleted one.
    """
    found = store.state(connection, model_id)
    if found is None or (found[1] == "deleted" and not allow_deleted):
        raise NotFound(f"Logged model with ID '{model_id}' not found.")
    return found[0]


class LoggedModels:
    """Logged models of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, request: CreateLoggedModel) -> LoggedModel:
        """A new model, pending until its files are there.

        Raises:
            NotFound, InvalidParameterValue: no such experiment, a deleted one, a bad name.
        """
        check_name(request.name)
        model_id, name, now = f"m-{uuid.uuid4().hex}", request.name or random_run_name(), now_ms()

        def write(connection: Connection) -> LoggedModelInfo:
            experiment = find_active_experiment(connection, request.experiment_id)
            info = LoggedModelInfo(
                model_id=model_id,
                experiment_id=experiment.experiment_id,
                name=name,
                creation_timestamp_ms=now,
                last_updated_timestamp_ms=now,
                artifact_uri=f"{experiment.artifact_location.rstrip('/')}/models/{model_id}/artifacts",
                status=STATUSES[PENDING],
                model_type=request.model_type,
                source_run_id=request.source_run_id,
                tags=request.tags,
            )
            store.insert_model(connection, info, PENDING)
            store.set_params(connection, model_id, int(experiment.experiment_id), request.params)
            store.set_tags(connection, model_id, int(experiment.experiment_id), request.tags)
            return info

        return LoggedModel(info=await self._database.write(write), data=LoggedModelData(params=request.params))

    async def get(self, model_id: str, *, allow_deleted: bool = False) -> LoggedModel:
        """
        Raises:
            NotFound: no such model, or a deleted one.
        """

        def read(connection: Connection) -> LoggedModel:
            find(connection, model_id, allow_deleted=allow_deleted)
            return _present(store.by_id(connection, model_id), model_id)

        return await self._database.read(read)

    async def finalize(self, request: FinalizeLoggedModel) -> LoggedModel:
        """The model, once its files are there or their upload has failed.

        Raises:
            NotFound: no such model.
            InvalidParameterValue: an unknown status.
        """
        status = _status(request.status)

        def write(connection: Connection) -> LoggedModel:
            find(connection, request.model_id, allow_deleted=True)
            store.set_status(connection, request.model_id, status, now_ms())
            return _present(store.by_id(connection, request.model_id), request.model_id)

        return await self._database.write(write)

    async def delete(self, model_id: str) -> None:
        """
        Raises:
            NotFound: no such model.
        """

        def write(connection: Connection) -> None:
            find(connection, model_id, allow_deleted=True)
            store.mark_deleted(connection, model_id, now_ms())

        await self._database.write(write)

    async def set_tags(self, model_id: str, tags: Sequence[Tag]) -> None:
        """
        Raises:
            NotFound: no such model.
        """
        await self._database.write(
            lambda connection: store.set_tags(
                connection, model_id, find(connection, model_id, allow_deleted=True), tags
            )
        )

    async def delete_tag(self, model_id: str, key: str) -> None:
        """
        Raises:
            NotFound: no such model or tag.
        """

        def write(connection: Connection) -> None:
            find(connection, model_id, allow_deleted=True)
            if not store.delete_tag(connection, model_id, key):
                raise NotFound(f"No tag with key {key!r} found for model with ID {model_id!r}.")

        await self._database.write(write)

    async def log_params(self, model_id: str, params: Sequence[Tag]) -> None:
        """
        Raises:
            NotFound: no such model.
        """
        await self._database.write(
            lambda connection: store.set_params(
                connection, model_id, find(connection, model_id, allow_deleted=True), params
            )
        )

    async def search(self, request: SearchLoggedModels) -> tuple[list[LoggedModel], str]:
        """A page of models and the token of the next one, empty at the end.

        Raises:
            InvalidParameterValue: experiment ids, filter, order, data sets or page token.
        """
        page = search.page_of(request)
        statement = search.statement(request, page)
        found = await self._database.read(lambda connection: store.search(connection, statement))
        more = len(found) > page.size
        return found[: page.size], search.next_token(request, page) if more else ""


def _present(model: LoggedModel | None, model_id: str) -> LoggedModel:
    if model is None:
        raise NotFound(f"Logged model with ID '{model_id}' not found.")
    return model


def _status(status: int | str) -> int:
    """The number of a status, by its number or name."""
    for number, name in STATUSES.items():
        if str(status) in {str(number), name}:
            return number
    raise InvalidParameterValue(
        f"Invalid value '{status}' for parameter 'status' supplied: one of {', '.join(STATUSES.values())}."
    )
