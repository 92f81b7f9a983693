"""Whole runs from their rows: latest metrics, params, tags, and what they used and made."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Table

from brickyard.server.db.connection import Connection
from brickyard.server.db.lookups import rows_by_key
from brickyard.server.db.tables import latest_metrics, params, tags
from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.inputs.store import inputs_of_runs, outputs_of_runs
from brickyard.server.tracking.runs.entities import MetricValue, Run, RunData, RunInfo, RunInputs, RunOutputs
from brickyard.wire.numbers import json_double


def whole_runs(connection: Connection, infos: Sequence[RunInfo]) -> list[Run]:
    """The runs, in the order given, with a handful of statements for all of them."""
    ids = [info.run_id for info in infos]
    metrics = _metrics(connection, ids)
    run_params = _tags(connection, params, ids)
    run_tags = _tags(connection, tags, ids)
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


def _metrics(connection: Connection, ids: Sequence[str]) -> dict[str, list[MetricValue]]:
    table = latest_metrics.c
    columns = (table.run_uuid, table.key, table.value, table.timestamp, table.step, table.is_nan)
    found: dict[str, list[MetricValue]] = defaultdict(list)
    for run_id, key, value, timestamp, step, is_nan in rows_by_key(connection, table.run_uuid, columns, ids):
        found[run_id].append(MetricValue(key, "NaN" if is_nan else json_double(value), timestamp, step))
    return found


def _tags(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, list[Tag]]:
    """Of params and tags, which look alike."""
    found: dict[str, list[Tag]] = defaultdict(list)
    columns = (table.c.run_uuid, table.c.key, table.c.value)
    for run_id, key, value in rows_by_key(connection, table.c.run_uuid, columns, ids):
        found[run_id].append(Tag(key, value or ""))
    return found
