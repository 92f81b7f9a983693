"""SQL of registered models, their tags and aliases."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, tuple_, update

from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import (
    model_version_tags,
    model_versions,
    registered_model_aliases,
    registered_model_tags,
    registered_models,
)
from brickyard.server.db.upsert import upsert
from brickyard.server.registry.entities import Alias, ModelVersion, RegisteredModel, RegistryTag
from brickyard.server.registry.versions import store as versions

WORKSPACE = versions.WORKSPACE
CHUNK = 300
COLUMNS = (
    registered_models.c.name,
    registered_models.c.creation_time,
    registered_models.c.last_updated_time,
    registered_models.c.description,
)


def _of(table: Any) -> tuple[Any, Any]:
    return table.c.workspace == WORKSPACE, table.c.name == bindparam("of")


_EXISTS = Statement(select(registered_models.c.name).where(*_of(registered_models)))
_INSERT = Statement(insert(registered_models))
_DESCRIBE = Statement(
    update(registered_models)
    .where(*_of(registered_models))
    .values(description=bindparam("to"), last_updated_time=bindparam("now"))
)
_TOUCH = Statement(update(registered_models).where(*_of(registered_models)).values(last_updated_time=bindparam("now")))
_COPY = Statement(
    insert(registered_models).from_select(
        ["name", "creation_time", "last_updated_time", "description", "workspace"],
        select(
            bindparam("to", type_=registered_models.c.name.type),
            registered_models.c.creation_time,
            bindparam("now", type_=registered_models.c.last_updated_time.type),
            registered_models.c.description,
            registered_models.c.workspace,
        ).where(*_of(registered_models)),
    )
)
_MOVE_VERSIONS = Statement(
    update(model_versions).where(*_of(model_versions)).values(name=bindparam("to"), last_updated_time=bindparam("now"))
)
_MOVE = tuple(
    Statement(update(table).where(*_of(table)).values(name=bindparam("to")))
    for table in (registered_model_tags, registered_model_aliases)
)
_DELETE = tuple(
    Statement(delete(table).where(*_of(table)))
    for table in (
        registered_model_aliases,
        model_version_tags,
        model_versions,
        registered_model_tags,
        registered_models,
    )
)
_SET_TAG = upsert(registered_model_tags, keys=("key", "name", "workspace"))
_DELETE_TAG = Statement(
    delete(registered_model_tags).where(*_of(registered_model_tags), registered_model_tags.c.key == bindparam("called"))
)
_SET_ALIAS = upsert(registered_model_aliases, keys=("alias", "name", "workspace"))
_DELETE_ALIAS = Statement(
    delete(registered_model_aliases).where(
        *_of(registered_model_aliases), registered_model_aliases.c.alias == bindparam("called")
    )
)
_ALIAS = Statement(
    select(registered_model_aliases.c.version).where(
        *_of(registered_model_aliases), registered_model_aliases.c.alias == bindparam("called")
    )
)


def exists(connection: Connection, name: str) -> bool:
    return connection.one(_EXISTS, of=name) is not None


def by_name(connection: Connection, name: str) -> RegisteredModel | None:
    where = (registered_models.c.workspace == WORKSPACE, registered_models.c.name == name)
    found = search(connection, select(*COLUMNS).where(*where))
    return found[0] if found else None


def insert_model(connection: Connection, model: RegisteredModel) -> None:
    connection.execute(
        _INSERT,
        name=model.name,
        creation_time=model.creation_timestamp,
        last_updated_time=model.last_updated_timestamp,
        description=model.description,
        workspace=WORKSPACE,
    )
    set_tags(connection, model.name, model.tags)


def describe(connection: Connection, name: str, description: str, now: int) -> None:
    connection.execute(_DESCRIBE, of=name, to=description, now=now)


def touch(connection: Connection, name: str, now: int) -> None:
    """Note that the model, or one of its versions, changed."""
    connection.execute(_TOUCH, of=name, now=now)


def rename(connection: Connection, name: str, new_name: str, now: int) -> None:
    """The row is copied and what refers to it moved: so no foreign key is broken at any time."""
    connection.execute(_COPY, of=name, to=new_name, now=now)
    connection.execute(_MOVE_VERSIONS, of=name, to=new_name, now=now)
    for statement in _MOVE:
        connection.execute(statement, of=name, to=new_name)
    connection.execute(_DELETE[-1], of=name)


def delete_model(connection: Connection, name: str) -> None:
    """With all its versions, tags and aliases."""
    for statement in _DELETE:
        connection.execute(statement, of=name)


def set_tags(connection: Connection, name: str, tags: Iterable[RegistryTag]) -> None:
    rows = {tag.key: tag.value for tag in tags}
    base = {"name": name, "workspace": WORKSPACE}
    connection.many(_SET_TAG, [{**base, "key": key, "value": value} for key, value in rows.items()])


def delete_tag(connection: Connection, name: str, key: str) -> None:
    connection.execute(_DELETE_TAG, of=name, called=key)


def set_alias(connection: Connection, name: str, alias: str, number: int) -> None:
    connection.execute(_SET_ALIAS, alias=alias, version=number, name=name, workspace=WORKSPACE)


def delete_alias(connection: Connection, name: str, alias: str) -> None:
    connection.execute(_DELETE_ALIAS, of=name, called=alias)


def version_of_alias(connection: Connection, name: str, alias: str) -> int | None:
    row = connection.one(_ALIAS, of=name, called=alias)
    return None if row is None else int(row[0])


def latest_versions(connection: Connection, names: Sequence[str]) -> dict[str, list[ModelVersion]]:
    """The version with the greatest number in each stage, of each model."""
    found: dict[str, list[ModelVersion]] = {}
    table = model_versions
    for at in range(0, len(names), CHUNK):
        newest = (
            select(table.c.name, func.max(table.c.version).label("version"))
            .where(table.c.workspace == WORKSPACE, table.c.name.in_(names[at : at + CHUNK]), versions.LIVE)
            .group_by(table.c.name, table.c.current_stage)
        )
        statement = (
            select(*versions.COLUMNS)
            .where(table.c.workspace == WORKSPACE, tuple_(table.c.name, table.c.version).in_(newest))
            .order_by(table.c.name, table.c.version)
        )
        for version in versions.search(connection, statement):
            found.setdefault(version.name, []).append(version)
    return found


def search(connection: Connection, statement: Any) -> list[RegisteredModel]:
    """The models of a select of `COLUMNS`, with their latest versions, tags and aliases."""
    rows = connection.all(statement)
    names = [row[0] for row in rows]
    latest = latest_versions(connection, names)
    tags: dict[str, list[RegistryTag]] = {}
    for name, key, value in _of_models(connection, registered_model_tags, ("key", "value"), names):
        tags.setdefault(name, []).append(RegistryTag(key, value or ""))
    aliases: dict[str, list[Alias]] = {}
    for name, alias, number in _of_models(connection, registered_model_aliases, ("alias", "version"), names):
        aliases.setdefault(name, []).append(Alias(alias, str(number)))
    return [
        RegisteredModel(
            name=name,
            creation_timestamp=created,
            last_updated_timestamp=updated,
            description=description or None,
            latest_versions=latest.get(name, []),
            tags=tags.get(name, []),
            aliases=aliases.get(name, []),
        )
        for name, created, updated, description in rows
    ]


def _of_models(connection: Connection, table: Any, columns: Sequence[str], names: Sequence[str]) -> list[Row]:
    found: list[Row] = []
    for at in range(0, len(names), CHUNK):
        found += connection.all(
            select(table.c.name, *(table.c[column] for column in columns)).where(
                table.c.workspace == WORKSPACE, table.c.name.in_(names[at : at + CHUNK])
            )
        )
    return found
