"""SQL of metrics: the history, and the latest value of each key."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from brickyard.server.db.blocks import BlockInsert
from brickyard.server.db.connection import Connection
from brickyard.server.db.statements import Statement
from brickyard.server.db.tables import latest_metrics, logged_model_metrics, metrics
from brickyard.server.db.upsert import insert_new, upsert
from brickyard.server.tracking.metrics.wire import Metric
from brickyard.wire.numbers import MAX_DOUBLE

_APPEND = BlockInsert(metrics, insert_new(metrics))
_SET_LATEST = BlockInsert(
    latest_metrics, upsert(latest_metrics, keys=("key", "run_uuid"), newer_than=("step", "timestamp", "value"))
)
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
MetricRow = tuple[str, int, int, float, bool]  # key, timestamp, step, value, is_nan


def stored_value(value: float) -> tuple[float, bool]:
    """How the database holds a value, and whether it is NaN: infinities become the greatest doubles."""
    if math.isnan(value):
        return 0.0, True
    if math.isinf(value):
        return math.copysign(MAX_DOUBLE, value), False
    return value, False


def in_writing_order(points: Iterable[Metric]) -> list[MetricRow]:
    """Rows that lie together in the primary key are written together."""
    return sorted((point.key, point.timestamp or 0, point.step, *stored_value(point.value or 0.0)) for point in points)


def append(connection: Connection, run_id: str, rows: Sequence[MetricRow]) -> None:
    """Add to the history (a value that is there already is not added again), and move the latest values."""
    _APPEND.run(connection, [(key, value, time, run_id, step, is_nan) for key, time, step, value, is_nan in rows])
    _SET_LATEST.run(
        connection, [(key, value, time, step, is_nan, run_id) for key, time, step, value, is_nan in _latest(rows)]
    )


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


def _latest(rows: Iterable[MetricRow]) -> Iterable[MetricRow]:
    """The newest row of each key: the database compares only these with what it has."""
    newest: dict[str, MetricRow] = {}
    for row in rows:
        key, time, step, value, _ = row
        known = newest.get(key)
        if known is None or (step, time, value) > (known[2], known[1], known[3]):
            newest[key] = row
    return newest.values()
