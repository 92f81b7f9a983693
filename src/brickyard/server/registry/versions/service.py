"""The rules of model versions: those of the stock MLflow server."""

import msgspec

from brickyard.clock import now_ms
from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database
from brickyard.server.registry.entities import ACTIVE_STAGES, ModelVersion, RegistryTag, canonical_stage
from brickyard.server.registry.models import store as models
from brickyard.server.registry.versions import search, sources, store
from brickyard.server.registry.versions.wire import CreateVersion, SearchVersions, TransitionStage
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.logged_models import store as logged_models
from brickyard.wire.checks import check_model_name, check_name, check_registry_tag, parse_model_version
from brickyard.wire.page_tokens import create_page_token, parse_page_token

VERSIONS_TAG = "mlflow.modelVersions"


def find(connection: Connection, name: str, version: str | int) -> ModelVersion:
    """
    Raises:
        NotFound: no such version.
        InvalidParameterValue: a bad name, or a version that is not a number.
    """
    check_model_name(name)
    number = parse_model_version(str(version))
    found = store.by_number(connection, name, number)
    if found is None:
        raise NotFound(f"Model Version (name={name}, version={number}) not found")
    return found


class Versions:
    """Versions of the registered models of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, request: CreateVersion) -> ModelVersion:
        """The new version, ready at once; its number is one more than any the model has had.

        Raises:
            NotFound: no such model, run or logged model.
            InvalidParameterValue: a bad source or tag.
        """
        check_model_name(request.name)
        for tag in request.tags:
            check_registry_tag(tag.key, tag.value)

        def write(connection: Connection) -> ModelVersion:
            if not models.exists(connection, request.name):
                raise NotFound(f"Registered Model with name={request.name} not found")
            source, now = sources.resolve(connection, request), now_ms()
            version = ModelVersion(
                name=request.name,
                version=str(store.next_number(connection, request.name)),
                creation_timestamp=now,
                last_updated_timestamp=now,
                current_stage="None",
                description=request.description,
                source=source.uri,
                run_id=source.run_id,
                status="READY",
                run_link=request.run_link,
                tags=list({tag.key: tag for tag in request.tags}.values()),
            )
            models.touch(connection, request.name, now)
            store.insert_version(connection, version, source.location)
            if source.model_id:
                _note_on_logged_model(connection, source.model_id, version)
            return version

        return await self._database.write(write)

    async def get(self, name: str, version: str | int) -> ModelVersion:
        """
        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """
        return await self._database.read(lambda connection: find(connection, name, version))

    async def location(self, name: str, version: str | int) -> str:
        """The URI to read the version's files from.

        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """

        def read(connection: Connection) -> str:
            found = find(connection, name, version)
            return store.location(connection, name, int(found.version)) or found.source

        return await self._database.read(read)

    async def update(self, name: str, version: str | int, description: str) -> ModelVersion:
        """
        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """

        def write(connection: Connection) -> ModelVersion:
            found = find(connection, name, version)
            store.describe(connection, name, int(found.version), description, now_ms())
            return find(connection, name, version)

        return await self._database.write(write)

    async def transition(self, request: TransitionStage) -> ModelVersion:
        """Move a version to a stage; with archive_existing_versions, those that are there are archived.

        Raises:
            NotFound: no such version.
            InvalidParameterValue: an unknown stage, or archiving for a stage that is not active.
        """
        stage = canonical_stage(request.stage)
        if request.archive_existing_versions and stage not in ACTIVE_STAGES:
            raise InvalidParameterValue(
                f"Model version transition cannot archive existing model versions because '{request.stage}' is not an "
                f"Active stage. Valid stages are {list(ACTIVE_STAGES)}"
            )

        def write(connection: Connection) -> ModelVersion:
            found, now = find(connection, request.name, request.version), now_ms()
            number = int(found.version)
            if request.archive_existing_versions:
                store.archive_others(connection, request.name, number, stage, now)
            store.set_stage(connection, request.name, number, stage, now)
            models.touch(connection, request.name, now)
            return find(connection, request.name, number)

        return await self._database.write(write)

    async def delete(self, name: str, version: str | int) -> None:
        """
        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """

        def write(connection: Connection) -> None:
            found, now = find(connection, name, version), now_ms()
            store.redact(connection, name, int(found.version), now)
            models.touch(connection, name, now)

        await self._database.write(write)

    async def set_tag(self, name: str, version: str | int, tag: RegistryTag) -> None:
        """
        Raises:
            NotFound, InvalidParameterValue: see `find`; a bad key or value.
        """
        check_registry_tag(tag.key, tag.value)

        def write(connection: Connection) -> None:
            found = find(connection, name, version)
            store.set_tags(connection, name, int(found.version), [tag])

        await self._database.write(write)

    async def delete_tag(self, name: str, version: str | int, key: str) -> None:
        """Nothing happens where there is no such tag.

        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """
        check_name(key, "key")

        def write(connection: Connection) -> None:
            found = find(connection, name, version)
            store.delete_tag(connection, name, int(found.version), key)

        await self._database.write(write)

    async def search(self, request: SearchVersions) -> tuple[list[ModelVersion], str]:
        """A page of versions and the token of the next one, empty at the end.

        Raises:
            InvalidParameterValue: filter, order, page token or max_results.
        """
        offset = parse_page_token(request.page_token)
        statement = search.statement(request, offset)
        found = await self._database.read(lambda connection: store.search(connection, statement))
        more = len(found) > request.max_results
        return found[: request.max_results], create_page_token(offset + request.max_results) if more else ""


def _note_on_logged_model(connection: Connection, model_id: str, version: ModelVersion) -> None:
    """Add the version to the tag by which the UI links a logged model to its registered versions."""
    model = logged_models.by_id(connection, model_id)
    if model is None:
        return
    tags = {tag.key: tag.value for tag in model.info.tags}
    known = msgspec.json.decode(tags.get(VERSIONS_TAG) or "[]")
    entry = {"name": version.name, "version": int(version.version)}
    value = msgspec.json.encode([*known, entry]).decode()
    logged_models.set_tags(connection, model_id, int(model.info.experiment_id), [Tag(VERSIONS_TAG, value)])
