import sqlite3
from importlib.resources import files
from pathlib import Path

from bench.tracking.load import Window
from bench.tracking.scenarios import count_faults
from bench.tracking.seeding import best_names, latest_names, seed_mlflow_database, seeded_runs


def test_the_data_are_the_same_each_time() -> None:
    assert seeded_runs(20) == seeded_runs(20)
    assert seeded_runs(30)[:20] == seeded_runs(20)
    run = seeded_runs(1)[0]
    assert (len(run.metrics), len(run.params), len(run.tags)) == (5, 5, 3)


def test_right_answers_follow_filter_and_order() -> None:
    runs = seeded_runs(500)
    by_name = {run.name: run for run in runs}
    best = [by_name[name] for name in best_names(runs, threshold=0.3, category="c4", count=10)]
    assert len(best) == 10
    assert all(run.metrics["m0"] > 0.3 and run.params["p0"] == "c4" for run in best)
    assert [run.metrics["m1"] for run in best] == sorted((run.metrics["m1"] for run in best), reverse=True)
    assert latest_names(runs, count=2) == ["seeded-000499", "seeded-000498"]


def test_the_stock_schema_takes_the_runs(tmp_path: Path) -> None:
    schema = files("brickyard.server.db").joinpath("mlflow_schema", "sqlite.sql").read_text("utf-8")
    database = sqlite3.connect(tmp_path / "mlflow.db")
    database.executescript(schema)
    database.close()
    seed_mlflow_database(0, tmp_path, "0", seeded_runs(7))
    database = sqlite3.connect(tmp_path / "mlflow.db")
    counts = {
        table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("runs", "metrics", "latest_metrics", "params", "tags")
    }
    database.close()
    assert counts == {"runs": 7, "metrics": 35, "latest_metrics": 35, "params": 35, "tags": 28}


def test_a_count_outside_acknowledged_and_sent_is_a_fault() -> None:
    window = Window(
        seconds=1,
        sent=116,
        acknowledged=100,
        refused=0,
        short=0,
        broken=0,
        timeouts=0,
        p50_ms=1,
        p99_ms=1,
        refusal="",
    )
    assert count_faults(100, window, "runs") == []
    assert count_faults(116, window, "runs") == []
    assert count_faults(99, window, "runs") == ["99 runs stored, but 100 acknowledged of 116 sent"]
    assert count_faults(117, window, "runs") == ["117 runs stored, but 100 acknowledged of 116 sent"]
