"""Files run on Spark: `brickyard run --engine spark`, as its users do."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook.engines.spark.state import Place
from brickyard.notebook.server_of_home import RunningServer
from brickyard.settings import process_environment

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]

Run = Callable[..., "subprocess.CompletedProcess[str]"]
WAIT_SECONDS = 60.0


@pytest.fixture
def command(notebook_server: RunningServer, place: Place, shared_spark: SparkSession) -> list[str]:
    """`brickyard run` on the home of the tests, where a keeper has Spark."""
    return [sys.executable, "-m", "brickyard.cli.main", "run", "--home", str(notebook_server.home)]


@pytest.fixture
def run(command: list[str], tmp_path: Path) -> Run:
    def call(*arguments: str, **extra: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            env=process_environment(**extra),
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )

    return call


def _wait_until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not done():
        assert time.monotonic() < deadline, f"it did not come so far: {what}"
        time.sleep(0.1)


UDF = """
import os, sys
import pandas as pd
from pyspark.sql.functions import pandas_udf
import beside

@pandas_udf("string")
def tell(ids: pd.Series) -> pd.Series:
    place = "|".join([os.getcwd(), sys.executable, os.environ["MINE"], os.environ["MLFLOW_TRACKING_URI"]])
    return ids.map(beside.double).astype(str) + "|" + place

@pandas_udf("long")
def count(ids: pd.Series) -> int:
    return len(ids)

import json
frame = spark.range(4).repartition(2)
told = sorted(row[0] for row in frame.select(tell("id")).collect())
doubled = frame.mapInPandas(lambda parts: (part.assign(id=beside.double(part.id)) for part in parts), "id long")
grouped = frame.groupBy(frame.id % 2).applyInPandas(lambda part: part.assign(id=beside.double(part.id)), "id long")
print(json.dumps([told, sorted(row.id for row in doubled.collect()), sorted(row.id for row in grouped.collect()),
    frame.select(count("id")).collect()[0][0], os.environ["MLFLOW_TRACKING_URI"], spark.conf.get("spark.master", "")]))
"""


def test_python_code_of_queries_runs_as_the_notebook(run: Run, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("def double(x):\n    return x * 2\n")
    (tmp_path / "script.py").write_text(UDF)
    done = run("--engine", "spark", "script.py", MINE="of this run")
    assert done.returncode == 0, done.stderr
    told, mapped, grouped, counted, server, master = json.loads(done.stdout.splitlines()[-1])
    place = "|".join([str(tmp_path), sys.executable, "of this run", server])
    assert told == [f"{2 * number}|{place}" for number in range(4)]
    assert (mapped, grouped, counted) == ([0, 2, 4, 6], [0, 2, 4, 6], 4)
    assert master.startswith("local[")


def test_a_module_that_has_changed_is_new_for_the_next_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        "import beside\nfrom pyspark.sql.functions import udf\n"
        "print(spark.range(1).select(udf(lambda i: beside.say(), 'string')('id')).collect()[0][0])\n"
    )
    for word in ("one", "other"):
        (tmp_path / "beside.py").write_text(f"def say():\n    return {word!r}\n")
        done = run("--engine", "spark", "script.py", PYTHONDONTWRITEBYTECODE="1")
        assert done.stdout == f"{word}\n", done.stderr


STREAM = """
# Databricks notebook source
from pathlib import Path
import beside
spark.range(20).write.mode("overwrite").saveAsTable("main.default.run_source")

# COMMAND ----------

def keep(batch, number):
    rows = batch.toPandas()
    Path("batches.txt").write_text(f"{number} {beside.double(len(rows))} {batch.sparkSession.version}")

query = (spark.readStream.format("delta").table("main.default.run_source").writeStream
    .option("checkpointLocation", str(Path("checkpoint").absolute()))
    .trigger(availableNow=True).foreachBatch(keep).start())
query.awaitTermination()
print(type(query).__name__, query.isActive, spark.streams.active)
"""


def test_auto_takes_spark_for_streams_and_foreach_batch_finds_modules(run: Run, tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("def double(x):\n    return x * 2\n")
    (tmp_path / "stream.py").write_text(STREAM.lstrip())
    done = run("stream.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "StreamingQuery False []"
    assert (tmp_path / "batches.txt").read_text() == "0 40 4.2.0"


def test_sail_names_the_option(run: Run, tmp_path: Path) -> None:
    (tmp_path / "stream.py").write_text(
        "spark.range(2).write.mode('overwrite').saveAsTable('main.default.on_sail')\n"
        "stream = spark.readStream.table('main.default.on_sail').writeStream.option('checkpointLocation', '/nowhere')\n"
        "stream.toTable('main.default.on_sail_too')\n"
    )
    done = run("--engine", "sail", "stream.py")
    assert done.returncode == 1
    assert "--engine spark" in done.stderr


def test_an_engine_that_is_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("print('ran')\n")
    for wrong in ("flink", "sc://"):
        done = run("--engine", wrong, "script.py")
        assert (done.returncode, done.stdout) != (0, "ran\n")
        assert "sc://host:port" in done.stderr
