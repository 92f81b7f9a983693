"""SQL of model versions and their tags."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, tuple_, update

from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import model_version_tags, model_versions, registered_model_aliases
from brickyard.server.db.upsert import upsert
from brickyard.server.registry.entities import DELETED_STAGE, ModelVersion, RegistryTag

WORKSPACE = "default"
CHUNK = 300
COLUMNS = (
    model_versions.c.name,
    model_versions.c.version,
    model_versions.c.creation_time,
    model_versions.c.last_updated_time,
    model_versions.c.user_id,
    model_versions.c.current_stage,
    model_versions.c.description,
    model_versions.c.source,
    model_versions.c.run_id,
    model_versions.c.status,
    model_versions.c.status_message,
    model_versions.c.run_link,
)
_ONE = (
    model_versions.c.workspace == WORKSPACE,
    model_versions.c.name == bindparam("of"),
    model_versions.c.version == bindparam("number"),
)
LIVE = model_versions.c.current_stage != DELETED_STAGE

_NEXT = Statement(
    select(func.coalesce(func.max(model_versions.c.version), 0) + 1).where(
        model_versions.c.workspace == WORKSPACE, model_versions.c.name == bindparam("of")
    )
)
_INSERT = Statement(insert(model_versions))
_LOCATION = Statement(select(model_versions.c.storage_location, model_versions.c.source).where(*_ONE, LIVE))
_DESCRIBE = Statement(
    update(model_versions).where(*_ONE).values(description=bindparam("to"), last_updated_time=bindparam("now"))
)
_SET_STAGE = Statement(
    update(model_versions).where(*_ONE).values(current_stage=bindparam("to"), last_updated_time=bindparam("now"))
)
_ARCHIVE_OTHERS = Statement(
    update(model_versions)
    .where(
        model_versions.c.workspace == WORKSPACE,
        model_versions.c.name == bindparam("of"),
        model_versions.c.version != bindparam("number"),
        model_versions.c.current_stage == bindparam("stage"),
    )
    .values(current_stage="Archived", last_updated_time=bindparam("now"))
)
_REDACT = Statement(
    update(model_versions)
    .where(*_ONE)
    .values(
        current_stage=DELETED_STAGE,
        last_updated_time=bindparam("now"),
        description=None,
        user_id=None,
        source="REDACTED-SOURCE-PATH",
        run_id="REDACTED-RUN-ID",
        run_link="REDACTED-RUN-LINK",
        status_message=None,
    )
)
_DROP_ALIASES = Statement(
    delete(registered_model_aliases).where(
        registered_model_aliases.c.workspace == WORKSPACE,
        registered_model_aliases.c.name == bindparam("of"),
        registered_model_aliases.c.version == bindparam("number"),
    )
)
_SET_TAG = upsert(model_version_tags, keys=("key", "name", "version", "workspace"))
_DELETE_TAG = Statement(
    delete(model_version_tags).where(
        model_version_tags.c.workspace == WORKSPACE,
        model_version_tags.c.name == bindparam("of"),
        model_version_tags.c.version == bindparam("number"),
        model_version_tags.c.key == bindparam("called"),
    )
)


def by_number(connection: Connection, name: str, number: int) -> ModelVersion | None:
    one = (
        model_versions.c.workspace == WORKSPACE,
        model_versions.c.name == name,
        model_versions.c.version == number,
    )
    found = search(connection, select(*COLUMNS).where(*one, LIVE))
    return found[0] if found else None


def next_number(connection: Connection, name: str) -> int:
    row = connection.one(_NEXT, of=name)
    return int(row[0]) if row else 1


def insert_version(connection: Connection, version: ModelVersion, storage_location: str) -> None:
    connection.execute(
        _INSERT,
        name=version.name,
        version=int(version.version),
        creation_time=version.creation_timestamp,
        last_updated_time=version.last_updated_timestamp,
        description=version.description or None,
        user_id=None,
        current_stage=version.current_stage,
        source=version.source,
        run_id=version.run_id or None,
        status=version.status,
        status_message=None,
        run_link=version.run_link,
        storage_location=storage_location,
        workspace=WORKSPACE,
    )
    set_tags(connection, version.name, int(version.version), version.tags)


def location(connection: Connection, name: str, number: int) -> str | None:
    """Where the files of a version are: its storage location, or its source."""
    row = connection.one(_LOCATION, of=name, number=number)
    return None if row is None else str(row[0] or row[1])


def describe(connection: Connection, name: str, number: int, description: str, now: int) -> None:
    connection.execute(_DESCRIBE, of=name, number=number, to=description, now=now)


def set_stage(connection: Connection, name: str, number: int, stage: str, now: int) -> None:
    connection.execute(_SET_STAGE, of=name, number=number, to=stage, now=now)


def archive_others(connection: Connection, name: str, number: int, stage: str, now: int) -> None:
    """All versions of a stage but one."""
    connection.execute(_ARCHIVE_OTHERS, of=name, number=number, stage=stage, now=now)


def redact(connection: Connection, name: str, number: int, now: int) -> None:
    """Delete a version as the stock server does: its row stays, without what it said."""
    connection.execute(_DROP_ALIASES, of=name, number=number)
    connection.execute(_REDACT, of=name, number=number, now=now)


def set_tags(connection: Connection, name: str, number: int, tags: Iterable[RegistryTag]) -> None:
    rows = {tag.key: tag.value for tag in tags}
    base = {"name": name, "version": number, "workspace": WORKSPACE}
    connection.many(_SET_TAG, [{**base, "key": key, "value": value} for key, value in rows.items()])


def delete_tag(connection: Connection, name: str, number: int, key: str) -> None:
    connection.execute(_DELETE_TAG, of=name, number=number, called=key)


def search(connection: Connection, statement: Any) -> list[ModelVersion]:
    """The versions of a select of `COLUMNS`, with their tags and aliases."""
    rows = connection.all(statement)
    keys = [(row[0], row[1]) for row in rows]
    tags: dict[tuple[str, int], list[RegistryTag]] = {}
    for name, number, key, value in _of_versions(connection, model_version_tags, ("key", "value"), keys):
        tags.setdefault((name, number), []).append(RegistryTag(key, value or ""))
    aliases: dict[tuple[str, int], list[str]] = {}
    for name, number, alias in _of_versions(connection, registered_model_aliases, ("alias",), keys):
        aliases.setdefault((name, number), []).append(alias)
    return [_entity(row, tags.get((row[0], row[1]), []), aliases.get((row[0], row[1]), [])) for row in rows]


def _of_versions(
    connection: Connection, table: Any, columns: Sequence[str], keys: Sequence[tuple[str, int]]
) -> list[Row]:
    found: list[Row] = []
    for at in range(0, len(keys), CHUNK):
        found += connection.all(
            select(table.c.name, table.c.version, *(table.c[name] for name in columns)).where(
                table.c.workspace == WORKSPACE,
                tuple_(table.c.name, table.c.version).in_(keys[at : at + CHUNK]),
            )
        )
    return found


def _entity(row: Row, tags: list[RegistryTag], aliases: list[str]) -> ModelVersion:
    name, number, created, updated, user_id, stage, description, source, run_id, status, message, run_link = row
    return ModelVersion(
        name=name,
        version=str(number),
        creation_timestamp=created,
        last_updated_timestamp=updated,
        user_id=user_id,
        current_stage=stage,
        description=description or "",
        source=source or "",
        run_id=run_id or "",
        status=status,
        status_message=message,
        run_link=run_link or "",
        tags=tags,
        aliases=aliases,
    )
