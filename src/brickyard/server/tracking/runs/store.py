"""SQL of runs, their params and tags."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.lookups import rows_by_key
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import params, runs, tags
from brickyard.server.db.upsert import insert_new, upsert
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.runs.entities import RunInfo

INFO_COLUMNS = (
    runs.c.run_uuid,
    runs.c.experiment_id,
    runs.c.name,
    runs.c.user_id,
    runs.c.status,
    runs.c.start_time,
    runs.c.end_time,
    runs.c.artifact_uri,
    runs.c.lifecycle_stage,
)
_OF = runs.c.run_uuid == bindparam("of")

_INFO = Statement(select(*INFO_COLUMNS).where(_OF))
_STATE = Statement(select(runs.c.lifecycle_stage, runs.c.experiment_id).where(_OF))
_INSERT = Statement(insert(runs))
_UPDATE = Statement(
    update(runs)
    .where(_OF)
    .values(status=bindparam("new_status"), end_time=bindparam("new_end_time"), name=bindparam("new_name"))
)
_SET_STAGE = Statement(
    update(runs).where(_OF).values(lifecycle_stage=bindparam("stage"), deleted_time=bindparam("deleted"))
)
_PARAMS = Statement(select(params.c.key, params.c.value).where(params.c.run_uuid == bindparam("of")))
_INSERT_PARAM = insert_new(params)
_PARAM = Statement(
    select(params.c.value).where(params.c.run_uuid == bindparam("of"), params.c.key == bindparam("name"))
)
_SET_TAG = upsert(tags, keys=("key", "run_uuid"))
_DELETE_TAG = Statement(delete(tags).where(tags.c.run_uuid == bindparam("of"), tags.c.key == bindparam("name")))


def info(connection: Connection, run_id: str) -> RunInfo | None:
    row = connection.one(_INFO, of=run_id)
    return None if row is None else info_of(row)


def infos(connection: Connection, run_ids: Sequence[str]) -> list[RunInfo]:
    """The runs, in the order given."""
    found = {row[0]: row for row in rows_by_key(connection, runs.c.run_uuid, INFO_COLUMNS, run_ids)}
    return [info_of(found[run_id]) for run_id in run_ids if run_id in found]


def state(connection: Connection, run_id: str) -> tuple[str, int] | None:
    """Lifecycle stage and experiment id."""
    row = connection.one(_STATE, of=run_id)
    return None if row is None else (row[0], row[1])


def insert_run(connection: Connection, run: RunInfo) -> None:
    connection.execute(
        _INSERT,
        run_uuid=run.run_id,
        name=run.run_name,
        source_type="UNKNOWN",
        source_name="",
        entry_point_name="",
        user_id=run.user_id,
        status=run.status,
        start_time=run.start_time,
        end_time=run.end_time,
        source_version="",
        lifecycle_stage=run.lifecycle_stage,
        artifact_uri=run.artifact_uri,
        experiment_id=int(run.experiment_id),
        deleted_time=None,
    )


def update_run(connection: Connection, run: RunInfo) -> None:
    """Status, end time and name."""
    connection.execute(_UPDATE, of=run.run_id, new_status=run.status, new_end_time=run.end_time, new_name=run.run_name)


def set_stage(connection: Connection, run_id: str, stage: str, deleted_time: int | None) -> None:
    connection.execute(_SET_STAGE, of=run_id, stage=stage, deleted=deleted_time)


def set_tags(connection: Connection, run_id: str, items: Iterable[Tag]) -> None:
    connection.many(_SET_TAG, [{"key": tag.key, "value": tag.value, "run_uuid": run_id} for tag in items])


def delete_tag(connection: Connection, run_id: str, key: str) -> bool:
    """Whether there was such a tag."""
    return connection.execute(_DELETE_TAG, of=run_id, name=key) > 0


def params_of(connection: Connection, run_id: str) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.all(_PARAMS, of=run_id)}


def param(connection: Connection, run_id: str, key: str) -> str | None:
    row = connection.one(_PARAM, of=run_id, name=key)
    return None if row is None else str(row[0])


def insert_params(connection: Connection, run_id: str, values: Mapping[str, str]) -> None:
    connection.many(_INSERT_PARAM, [{"key": k, "value": v, "run_uuid": run_id} for k, v in values.items()])


def info_of(row: Row | Sequence[Any]) -> RunInfo:
    run_id, experiment_id, name, user_id, status, start_time, end_time, artifact_uri, stage = row
    return RunInfo(
        run_uuid=run_id,
        run_id=run_id,
        experiment_id=str(experiment_id),
        run_name=name or "",
        user_id=user_id or "",
        status=status,
        start_time=start_time,
        end_time=end_time,
        artifact_uri=artifact_uri or "",
        lifecycle_stage=stage,
    )
