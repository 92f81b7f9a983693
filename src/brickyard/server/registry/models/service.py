"""The rules of registered models: those of the stock MLflow server."""

from brickyard.clock import now_ms
from brickyard.errors import AlreadyExists, InvalidParameterValue, NotFound
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database
from brickyard.server.registry.entities import ModelVersion, RegisteredModel, RegistryTag, canonical_stage
from brickyard.server.registry.models import search, store
from brickyard.server.registry.models.wire import CreateModel, SearchModels
from brickyard.server.registry.versions.service import find as find_version
from brickyard.wire.checks import check_alias, check_model_name, check_name, check_registry_tag
from brickyard.wire.page_tokens import create_page_token, parse_page_token


def find(connection: Connection, name: str) -> RegisteredModel:
    """
    Raises:
        NotFound: no such model.
        InvalidParameterValue: a name that models cannot have.
    """
    check_model_name(name)
    model = store.by_name(connection, name)
    if model is None:
        raise NotFound(f"Registered Model with name={name} not found")
    return model


class Models:
    """Registered models of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, request: CreateModel) -> RegisteredModel:
        """
        Raises:
            AlreadyExists: the name is taken.
            InvalidParameterValue: a bad name or tag.
        """
        check_model_name(request.name)
        for tag in request.tags:
            check_registry_tag(tag.key, tag.value)
        now = now_ms()
        model = RegisteredModel(
            name=request.name,
            creation_timestamp=now,
            last_updated_timestamp=now,
            description=request.description or None,
            tags=list({tag.key: tag for tag in request.tags}.values()),
        )

        def write(connection: Connection) -> None:
            if store.exists(connection, request.name):
                raise AlreadyExists(f"Registered Model (name={request.name}) already exists.")
            store.insert_model(connection, model)

        await self._database.write(write)
        return model

    async def get(self, name: str) -> RegisteredModel:
        """
        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """
        return await self._database.read(lambda connection: find(connection, name))

    async def update(self, name: str, description: str) -> RegisteredModel:
        """
        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """

        def write(connection: Connection) -> RegisteredModel:
            find(connection, name)
            store.describe(connection, name, description, now_ms())
            return find(connection, name)

        return await self._database.write(write)

    async def rename(self, name: str, new_name: str) -> RegisteredModel:
        """
        Raises:
            AlreadyExists: the new name is taken.
            NotFound, InvalidParameterValue: see `find`.
        """
        check_model_name(new_name, "new_name")

        def write(connection: Connection) -> RegisteredModel:
            find(connection, name)
            if store.exists(connection, new_name):
                raise AlreadyExists(f"Registered Model (name={new_name}) already exists.")
            store.rename(connection, name, new_name, now_ms())
            return find(connection, new_name)

        return await self._database.write(write)

    async def delete(self, name: str) -> None:
        """Delete a model with all its versions.

        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """

        def write(connection: Connection) -> None:
            find(connection, name)
            store.delete_model(connection, name)

        await self._database.write(write)

    async def search(self, request: SearchModels) -> tuple[list[RegisteredModel], str]:
        """A page of models and the token of the next one, empty at the end.

        Raises:
            InvalidParameterValue: filter, order, page token or max_results.
        """
        offset = parse_page_token(request.page_token)
        statement = search.statement(request, offset)
        found = await self._database.read(lambda connection: store.search(connection, statement))
        more = len(found) > request.max_results
        return found[: request.max_results], create_page_token(offset + request.max_results) if more else ""

    async def latest_versions(self, name: str, stages: list[str]) -> list[ModelVersion]:
        """The newest version in each of the stages, in all stages if none is named.

        Raises:
            NotFound, InvalidParameterValue: see `find`; an unknown stage.
        """
        wanted = {canonical_stage(stage) for stage in stages}
        model = await self.get(name)
        return [version for version in model.latest_versions if not wanted or version.current_stage in wanted]

    async def set_tag(self, name: str, tag: RegistryTag) -> None:
        """
        Raises:
            NotFound, InvalidParameterValue: see `find`; a bad key or value.
        """
        check_registry_tag(tag.key, tag.value)

        def write(connection: Connection) -> None:
            find(connection, name)
            store.set_tags(connection, name, [tag])

        await self._database.write(write)

    async def delete_tag(self, name: str, key: str) -> None:
        """Nothing happens where there is no such tag.

        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """
        check_name(key, "key")

        def write(connection: Connection) -> None:
            find(connection, name)
            store.delete_tag(connection, name, key)

        await self._database.write(write)

    async def set_alias(self, name: str, alias: str, version: str) -> None:
        """Point an alias to a version; it leaves the one that it pointed to.

        Raises:
            NotFound: no such version.
            InvalidParameterValue: a bad or reserved alias.
        """
        check_alias(alias)

        def write(connection: Connection) -> None:
            found = find_version(connection, name, version)
            store.set_alias(connection, name, alias, int(found.version))

        await self._database.write(write)

    async def delete_alias(self, name: str, alias: str) -> None:
        """Nothing happens where there is no such alias.

        Raises:
            NotFound, InvalidParameterValue: see `find`.
        """

        def write(connection: Connection) -> None:
            find(connection, name)
            store.delete_alias(connection, name, alias)

        await self._database.write(write)

    async def by_alias(self, name: str, alias: str) -> ModelVersion:
        """The version of an alias; `latest` is the one with the greatest number.

        Raises:
            NotFound: no such model, or one without versions.
            InvalidParameterValue: no such alias.
        """

        def read(connection: Connection) -> ModelVersion:
            model = find(connection, name)
            if alias.lower() == "latest":
                if not model.latest_versions:
                    raise NotFound(f"Latest version not found for model {name}.")
                return max(model.latest_versions, key=lambda version: int(version.version))
            number = store.version_of_alias(connection, name, alias)
            if number is None:
                raise InvalidParameterValue(f"Registered model alias {alias} not found.")
            return find_version(connection, name, number)

        return await self._database.read(read)
