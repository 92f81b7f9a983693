"""SQL of metrics: the history, and the latest value of each key."""

import math
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from brickyard.server.db.connection import Connection
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import latest_metrics, logged_model_metrics, metrics
from brickyard.server.db.upsert import insert_new, upsert
from brickyard.server.tracking.metrics.wire import Metric
from brickyard.wire.numbers import MAX_DOUBLE

_APPEND = insert_new(metrics)
_SET_LATEST = upsert(latest_metrics, keys=("key", "run_uuid"), newer_than=("step", "timestamp", "value"))
_APPEND_TO_MODEL = insert_new(logged_model_metrics)

_POINT = (metrics.c.value, metrics.c.timestamp, metrics.c.step, metrics.c.is_nan)
_OF = (metrics.c.run_uuid == bindparam("of"), metrics.c.key == bindparam("name"))
_HISTORY = Statement(
    select(*_POINT)
    .where(*_OF)
    .order_by(metrics.c.timestamp, metrics.c.step, metrics.c.value)
    .limit(bindparam("limit"))
    .offset(bindparam("skip"))
)
_BY_STEP = (metrics.c.step, metrics.c.timestamp, metrics.c.value, metrics.c.is_nan)

Point = tuple[float, int, int, int]  # value, timestamp, step, is_nan


def stored_value(value: float) -> tuple[float, bool]:
    """How the database holds a value, and whether it is NaN: infinities become the greatest doubles."""
    if math.isnan(value):
        return 0.0, True
    if math.isinf(value):
        return math.copysign(MAX_DOUBLE, value), False
    return value, False


def append(connection: Connection, run_id: str, points: Sequence[Metric]) -> None:
    """Add to the history (a value that is there already is not added again), and move the latest values."""
    rows = [_row(run_id, point) for point in points]
    if len(rows) == 1:
        connection.execute(_APPEND, **rows[0])
        connection.execute(_SET_LATEST, **rows[0])
        return
    rows.sort(key=_place)  # rows that lie together in the primary key are written together
    connection.many(_APPEND, rows)
    connection.many(_SET_LATEST, _latest(rows))


def append_to_models(connection: Connection, run_id: str, experiment_id: int, points: Iterable[Metric]) -> None:
    """Values that were measured of a logged model are kept with it, too."""
    connection.many(
        _APPEND_TO_MODEL,
        [
            {
                "model_id": point.model_id,
                "metric_name": point.key,
                "metric_timestamp_ms": point.timestamp,
                "metric_step": point.step,
                "metric_value": stored_value(point.value or 0.0)[0],
                "experiment_id": experiment_id,
                "run_id": run_id,
                "dataset_uuid": None,
                "dataset_name": point.dataset_name,
                "dataset_digest": point.dataset_digest,
            }
            for point in points
        ],
    )


def history(connection: Connection, run_id: str, key: str, *, limit: int, skip: int) -> list[Point]:
    """By timestamp, step and value."""
    return connection.all(_HISTORY, of=run_id, name=key, limit=limit, skip=skip)


def sample(connection: Connection, run_id: str, key: str, *, size: int, steps: tuple[int, int] | None) -> list[Point]:
    """At most `size` values, spread evenly over all by step, the first and the last among them."""
    where = [metrics.c.run_uuid == run_id, metrics.c.key == key]
    if steps is not None:
        where += [metrics.c.step >= steps[0], metrics.c.step <= steps[1]]
    points: list[Any] = connection.all(_first_of_buckets(where, size))
    last: Any = connection.one(select(*_POINT).where(*where).order_by(*(c.desc() for c in _BY_STEP)).limit(1))
    if last is None or (points and points[-1] == last):
        return points
    return [*points[: size - 1], last] if len(points) >= size else [*points, last]


def _first_of_buckets(where: Sequence[Any], size: int) -> Select[Any]:
    bucketed = (
        select(*_POINT, func.ntile(size).over(order_by=_BY_STEP).label("bucket")).where(*where).subquery("bucketed")
    )
    order = (bucketed.c.step, bucketed.c.timestamp, bucketed.c.value, bucketed.c.is_nan)
    ranked = select(
        *(bucketed.c[column.name] for column in _POINT),
        func.row_number().over(partition_by=bucketed.c.bucket, order_by=order).label("place"),
    ).subquery("ranked")
    return (
        select(*(ranked.c[column.name] for column in _POINT))
        .where(ranked.c.place == 1)
        .order_by(ranked.c.step, ranked.c.timestamp, ranked.c.value, ranked.c.is_nan)
    )


def _row(run_id: str, point: Metric) -> dict[str, Any]:
    value, is_nan = stored_value(point.value or 0.0)
    return {
        "key": point.key,
        "value": value,
        "timestamp": point.timestamp,
        "run_uuid": run_id,
        "step": point.step,
        "is_nan": is_nan,
    }


def _latest(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest row of each key: the database compares only these with what it has."""
    newest: dict[str, dict[str, Any]] = {}
    ages: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        key, age = row["key"], _age(row)
        if key not in ages or age > ages[key]:
            ages[key], newest[key] = age, row
    return list(newest.values())


_age = itemgetter("step", "timestamp", "value")
_place = itemgetter("key", "timestamp", "step")
