"""Whole runs from their rows: latest metrics, params, tags, and what they used and made."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select

from brickyard.server.db.connection import Connection
from brickyard.server.db.tables import latest_metrics, params, tags
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.inputs.store import inputs_of_runs, outputs_of_runs
from brickyard.server.tracking.runs.entities import MetricValue, Run, RunData, RunInfo, RunInputs, RunOutputs
from brickyard.wire.numbers import json_double

CHUNK = 500  # ids of one IN list: within the parameter limits of both databases


def whole_runs(connection: Connection, infos: Sequence[RunInfo]) -> list[Run]:
    """The runs, in the order given, with a handful of statements for all of them."""
    ids = [info.run_id for info in infos]
    metrics = _grouped(connection, latest_metrics, ("key", "value", "timestamp", "step", "is_nan"), ids, _metric)
    run_params = _grouped(connection, params, ("key", "value"), ids, _tag)
    run_tags = _grouped(connection, tags, ("key", "value"), ids, _tag)
    used = inputs_of_runs(connection, ids)
    made = outputs_of_runs(connection, ids)
    return [
        Run(
            info=info,
            data=RunData(
                metrics=metrics.get(info.run_id, []),
                params=run_params.get(info.run_id, []),
                tags=run_tags.get(info.run_id, []),
            ),
            inputs=used.get(info.run_id, RunInputs()),
            outputs=made.get(info.run_id, RunOutputs()),
        )
        for info in infos
    ]


def _grouped(
    connection: Connection, table: Table, columns: Sequence[str], ids: Sequence[str], build: Callable[..., Any]
) -> Mapping[str, list[Any]]:
    """Run id -> entities built from the columns, for all runs at once."""
    found: dict[str, list[Any]] = {}
    for at in range(0, len(ids), CHUNK):
        statement = select(table.c.run_uuid, *(table.c[name] for name in columns)).where(
            table.c.run_uuid.in_(ids[at : at + CHUNK])
        )
        for run_id, *values in connection.all(statement):
            found.setdefault(run_id, []).append(build(*values))
    return found


def _metric(key: str, value: float, timestamp: int, step: int, is_nan: int) -> MetricValue:
    return MetricValue(key, "NaN" if is_nan else json_double(value), timestamp, step)


def _tag(key: str, value: str | None) -> Tag:
    return Tag(key, value or "")
