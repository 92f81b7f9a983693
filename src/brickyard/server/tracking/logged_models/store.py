"""SQL of logged models."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update

from brickyard.server.db.connection import Connection, Row
from brickyard.server.db.lookups import rows_by_key
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import (
    logged_model_metrics,
    logged_model_params,
    logged_model_tags,
    logged_models,
)
from brickyard.server.db.upsert import upsert
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.logged_models.entities import (
    STATUSES,
    LoggedModel,
    LoggedModelData,
    LoggedModelInfo,
    LoggedModelMetric,
)
from brickyard.wire.numbers import json_double

COLUMNS = (
    logged_models.c.model_id,
    logged_models.c.experiment_id,
    logged_models.c.name,
    logged_models.c.creation_timestamp_ms,
    logged_models.c.last_updated_timestamp_ms,
    logged_models.c.artifact_location,
    logged_models.c.status,
    logged_models.c.model_type,
    logged_models.c.source_run_id,
    logged_models.c.status_message,
)
_OF = logged_models.c.model_id == bindparam("of")

_STATE = Statement(select(logged_models.c.experiment_id, logged_models.c.lifecycle_stage).where(_OF))
_INSERT = Statement(insert(logged_models))
_SET_STATUS = Statement(
    update(logged_models).where(_OF).values(status=bindparam("to"), last_updated_timestamp_ms=bindparam("now"))
)
_DELETE = Statement(
    update(logged_models).where(_OF).values(lifecycle_stage="deleted", last_updated_timestamp_ms=bindparam("now"))
)
_SET_PARAM = upsert(logged_model_params, keys=("model_id", "param_key"))
_SET_TAG = upsert(logged_model_tags, keys=("model_id", "tag_key"))
_DELETE_TAG = Statement(
    delete(logged_model_tags).where(
        logged_model_tags.c.model_id == bindparam("of"), logged_model_tags.c.tag_key == bindparam("name")
    )
)


def state(connection: Connection, model_id: str) -> tuple[int, str] | None:
    """Experiment id and lifecycle stage."""
    row = connection.one(_STATE, of=model_id)
    return None if row is None else (row[0], row[1])


def by_id(connection: Connection, model_id: str) -> LoggedModel | None:
    found = search(connection, select(*COLUMNS).where(logged_models.c.model_id == model_id))
    return found[0] if found else None


def insert_model(connection: Connection, info: LoggedModelInfo, status: int) -> None:
    connection.execute(
        _INSERT,
        model_id=info.model_id,
        experiment_id=int(info.experiment_id),
        name=info.name,
        artifact_location=info.artifact_uri,
        creation_timestamp_ms=info.creation_timestamp_ms,
        last_updated_timestamp_ms=info.last_updated_timestamp_ms,
        status=status,
        lifecycle_stage="active",
        model_type=info.model_type,
        source_run_id=info.source_run_id,
        status_message=None,
    )


def set_status(connection: Connection, model_id: str, status: int, now: int) -> None:
    connection.execute(_SET_STATUS, of=model_id, to=status, now=now)


def mark_deleted(connection: Connection, model_id: str, now: int) -> None:
    connection.execute(_DELETE, of=model_id, now=now)


def set_params(connection: Connection, model_id: str, experiment_id: int, params: Iterable[Tag]) -> None:
    rows = {p.key: p.value for p in params}
    base = {"model_id": model_id, "experiment_id": experiment_id}
    connection.many(_SET_PARAM, [{**base, "param_key": k, "param_value": v} for k, v in rows.items()])


def set_tags(connection: Connection, model_id: str, experiment_id: int, tags: Iterable[Tag]) -> None:
    rows = {t.key: t.value for t in tags}
    base = {"model_id": model_id, "experiment_id": experiment_id}
    connection.many(_SET_TAG, [{**base, "tag_key": k, "tag_value": v} for k, v in rows.items()])


def delete_tag(connection: Connection, model_id: str, key: str) -> bool:
    """Whether there was such a tag."""
    return connection.execute(_DELETE_TAG, of=model_id, name=key) > 0


def search(connection: Connection, statement: Any) -> list[LoggedModel]:
    """The models of a select of `COLUMNS`, with their params, tags and metrics."""
    rows = connection.all(statement)
    ids = [row[0] for row in rows]
    tags = _grouped(connection, logged_model_tags, ("tag_key", "tag_value"), ids, Tag)
    params = _grouped(connection, logged_model_params, ("param_key", "param_value"), ids, Tag)
    metrics = _grouped(connection, logged_model_metrics, _METRIC, ids, _metric)
    return [
        LoggedModel(
            info=_info(row, tags.get(row[0], [])),
            data=LoggedModelData(params=params.get(row[0], []), metrics=metrics.get(row[0], [])),
        )
        for row in rows
    ]


_METRIC = (
    "metric_name",
    "metric_value",
    "metric_timestamp_ms",
    "metric_step",
    "dataset_name",
    "dataset_digest",
    "run_id",
    "model_id",
)


def _grouped(
    connection: Connection, table: Table, columns: Sequence[str], ids: Sequence[str], build: Callable[..., Any]
) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    key = table.c.model_id
    for model_id, *values in rows_by_key(connection, key, [key, *(table.c[name] for name in columns)], ids):
        found.setdefault(model_id, []).append(build(*values))
    return found


def _metric(*columns: Any) -> LoggedModelMetric:
    key, value, timestamp, step, dataset_name, dataset_digest, run_id, model_id = columns
    return LoggedModelMetric(
        key=key,
        value=json_double(value),
        timestamp=timestamp,
        step=step,
        dataset_name=dataset_name,
        dataset_digest=dataset_digest,
        run_id=run_id,
        model_id=model_id,
    )


def _info(row: Row, tags: list[Tag]) -> LoggedModelInfo:
    model_id, experiment_id, name, created, updated, location, status, model_type, source_run_id, message = row
    return LoggedModelInfo(
        model_id=model_id,
        experiment_id=str(experiment_id),
        name=name,
        creation_timestamp_ms=created,
        last_updated_timestamp_ms=updated,
        artifact_uri=location,
        status=STATUSES.get(status, STATUSES[0]),
        model_type=model_type or "",
        source_run_id=source_run_id or "",
        status_message=message or "",
        tags=tags,
    )
