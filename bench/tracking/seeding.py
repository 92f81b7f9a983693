"""The runs that the search scenarios read: equal data for every server, and what a right search answers."""

import random
import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bench.tracking.client import Api

FIRST_START_MS = 1_700_000_000_000
CATEGORIES = 10
_CLIENTS = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class SeededRun:
    """A finished run with 5 metrics, 5 params and 3 tags; `start_ms` in milliseconds since 1970."""

    name: str
    run_id: str
    start_ms: int
    metrics: dict[str, float]
    params: dict[str, str]
    tags: dict[str, str]


def seeded_runs(count: int) -> list[SeededRun]:
    """`count` runs, the same on each call; metrics are uniform in [0, 1), p0 is one of 10 categories."""
    source = random.Random(7)
    return [
        SeededRun(
            name=f"seeded-{number:06d}",
            run_id=UUID(int=source.getrandbits(128)).hex,
            start_ms=FIRST_START_MS + 1000 * number,
            metrics={f"m{i}": source.random() for i in range(5)},
            params={"p0": f"c{number % CATEGORIES}", **{f"p{i}": f"value-{number % (i * 7)}" for i in range(1, 5)}},
            tags={f"t{i}": f"tag-{number % (i + 3)}" for i in range(3)},
        )
        for number in range(count)
    ]


def best_names(runs: Iterable[SeededRun], *, threshold: float, category: str, count: int) -> list[str]:
    """Names that `metrics.m0 > threshold and params.p0 = category`, ordered by m1 downward, answers."""
    chosen = [run for run in runs if run.metrics["m0"] > threshold and run.params["p0"] == category]
    return [run.name for run in sorted(chosen, key=lambda run: -run.metrics["m1"])[:count]]


def latest_names(runs: Iterable[SeededRun], *, count: int) -> list[str]:
    """Names that a search ordered by start time downward answers."""
    return [run.name for run in sorted(runs, key=lambda run: -run.start_ms)[:count]]


def seed_by_rest(port: int, home: Path, experiment_id: str, runs: list[SeededRun]) -> None:
    """Create the runs through the API: one runs/create and one runs/log-batch each, from 8 connections."""
    del home
    with ThreadPoolExecutor(_CLIENTS) as pool:
        for _ in pool.map(lambda part: _create_all(port, experiment_id, part), [runs[i::_CLIENTS] for i in range(8)]):
            pass


def _create_all(port: int, experiment_id: str, runs: list[SeededRun]) -> None:
    with Api(port) as api:
        for run in runs:
            made = api.post(
                "runs/create",
                {
                    "experiment_id": experiment_id,
                    "run_name": run.name,
                    "start_time": run.start_ms,
                    "user_id": "bench",
                    "tags": [{"key": key, "value": value} for key, value in run.tags.items()],
                },
            )
            metrics = [
                {"key": key, "value": value, "timestamp": run.start_ms, "step": 0} for key, value in run.metrics.items()
            ]
            params = [{"key": key, "value": value} for key, value in run.params.items()]
            run_id = made["run"]["info"]["run_id"]
            api.post("runs/log-batch", {"run_id": run_id, "metrics": metrics, "params": params})


def seed_mlflow_database(port: int, home: Path, experiment_id: str, runs: list[SeededRun]) -> None:
    """Insert the runs into the stock server's SQLite file: over REST it would take several minutes."""
    del port
    with sqlite3.connect(home / "mlflow.db", timeout=60) as database:
        database.executemany(
            "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
            " source_version, lifecycle_stage, artifact_uri, experiment_id)"
            " VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'RUNNING', ?, '', 'active', ?, ?)",
            [
                (
                    run.run_id,
                    run.name,
                    run.start_ms,
                    f"mlflow-artifacts:/{experiment_id}/{run.run_id}/artifacts",
                    int(experiment_id),
                )
                for run in runs
            ],
        )
        values = [(key, value, run.start_ms, run.run_id) for run in runs for key, value in run.metrics.items()]
        for table in ("metrics", "latest_metrics"):
            database.executemany(
                f"INSERT INTO {table} (key, value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, 0, 0)", values
            )
        database.executemany(
            "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)",
            [(key, value, run.run_id) for run in runs for key, value in run.params.items()],
        )
        database.executemany(
            "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)",
            [
                (key, value, run.run_id)
                for run in runs
                for key, value in [*run.tags.items(), ("mlflow.runName", run.name)]
            ],
        )
    database.close()
