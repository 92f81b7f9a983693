"""SQL of experiments."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import experiment_tags, experiments, runs
from brickyard.server.db.upsert import upsert
from brickyard.server.tracking.experiments.entities import Experiment, Tag

WORKSPACE = "default"
COLUMNS = (
    experiments.c.experiment_id,
    experiments.c.name,
    experiments.c.artifact_location,
    experiments.c.lifecycle_stage,
    experiments.c.creation_time,
    experiments.c.last_update_time,
)
_OF = experiments.c.experiment_id == bindparam("of")

_BY_ID = Statement(select(*COLUMNS).where(_OF))
_STATE = Statement(select(experiments.c.lifecycle_stage, experiments.c.artifact_location).where(_OF))
_BY_NAME = Statement(
    select(*COLUMNS).where(experiments.c.name == bindparam("name"), experiments.c.workspace == WORKSPACE)
)
_INSERT_WITH_ID = Statement(insert(experiments))
_INSERT = Statement(
    insert(experiments)
    .values({column.name: bindparam(column.name) for column in experiments.c if column.name != "experiment_id"})
    .returning(experiments.c.experiment_id)
)
_SET_LOCATION = Statement(update(experiments).where(_OF).values(artifact_location=bindparam("location")))
_RENAME = Statement(update(experiments).where(_OF).values(name=bindparam("to"), last_update_time=bindparam("now")))
_SET_STAGE = Statement(
    update(experiments).where(_OF).values(lifecycle_stage=bindparam("stage"), last_update_time=bindparam("now"))
)
_SET_RUNS_STAGE = Statement(
    update(runs)
    .where(runs.c.experiment_id == bindparam("of"))
    .values(lifecycle_stage=bindparam("stage"), deleted_time=bindparam("deleted"))
)
_TAGS = Statement(
    select(experiment_tags.c.key, experiment_tags.c.value).where(experiment_tags.c.experiment_id == bindparam("of"))
)
_SET_TAG = upsert(experiment_tags, keys=("key", "experiment_id"))
_DELETE_TAG = Statement(
    delete(experiment_tags).where(
        experiment_tags.c.experiment_id == bindparam("of"), experiment_tags.c.key == bindparam("name")
    )
)


def state(connection: Connection, experiment_id: int) -> tuple[str, str] | None:
    """Lifecycle stage and artifact location."""
    row = connection.one(_STATE, of=experiment_id)
    return None if row is None else (row[0], row[1] or "")


def by_id(connection: Connection, experiment_id: int) -> Experiment | None:
    return _with_tags(connection, connection.one(_BY_ID, of=experiment_id))


def by_name(connection: Connection, name: str) -> Experiment | None:
    return _with_tags(connection, connection.one(_BY_NAME, name=name))


def insert_experiment(connection: Connection, *, name: str, artifact_root: str, location: str, now: int) -> int:
    """The id of the new experiment; its artifacts lie under the root by this id unless a location is given."""
    number = int(connection.insert(_INSERT, **_values(name, location, now))[0])
    if not location:
        connection.execute(_SET_LOCATION, of=number, location=f"{artifact_root}/{number}")
    return number


def insert_with_id(connection: Connection, number: int, *, name: str, location: str, now: int) -> None:
    connection.execute(_INSERT_WITH_ID, experiment_id=number, **_values(name, location, now))


def _values(name: str, location: str, now: int) -> dict[str, Any]:
    return {
        "name": name,
        "artifact_location": location,
        "lifecycle_stage": "active",
        "creation_time": now,
        "last_update_time": now,
        "workspace": WORKSPACE,
    }


def rename(connection: Connection, experiment_id: int, name: str, now: int) -> None:
    connection.execute(_RENAME, of=experiment_id, to=name, now=now)


def set_stage(connection: Connection, experiment_id: int, stage: str, now: int) -> None:
    """Of the experiment and of all its runs."""
    connection.execute(_SET_STAGE, of=experiment_id, stage=stage, now=now)
    connection.execute(_SET_RUNS_STAGE, of=experiment_id, stage=stage, deleted=now if stage == "deleted" else None)


def set_tags(connection: Connection, experiment_id: int, tags: Iterable[Tag]) -> None:
    connection.many(_SET_TAG, [{"key": t.key, "value": t.value, "experiment_id": experiment_id} for t in tags])


def delete_tag(connection: Connection, experiment_id: int, key: str) -> bool:
    """Whether there was such a tag."""
    return connection.execute(_DELETE_TAG, of=experiment_id, name=key) > 0


def search(connection: Connection, statement: Any) -> list[Experiment]:
    """The experiments of a select of `COLUMNS`, with their tags."""
    rows = connection.all(statement)
    tags = _tags_of(connection, [row[0] for row in rows])
    return [_entity(row, tags.get(row[0], [])) for row in rows]


def _with_tags(connection: Connection, row: Row | None) -> Experiment | None:
    if row is None:
        return None
    return _entity(row, [Tag(key, value) for key, value in connection.all(_TAGS, of=row[0])])


def _tags_of(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Tag]]:
    columns = (experiment_tags.c.experiment_id, experiment_tags.c.key, experiment_tags.c.value)
    found: dict[int, list[Tag]] = {}
    for at in range(0, len(numbers), 500):
        statement = select(*columns).where(experiment_tags.c.experiment_id.in_(numbers[at : at + 500]))
        for number, key, value in connection.all(statement):
            found.setdefault(number, []).append(Tag(key, value))
    return found


def _entity(row: Row, tags: list[Tag]) -> Experiment:
    number, name, location, stage, created, updated = row
    return Experiment(
        experiment_id=str(number),
        name=name,
        artifact_location=location or "",
        lifecycle_stage=stage,
        creation_time=created,
        last_update_time=updated,
        tags=tags,
        workspace=WORKSPACE,
    )
