"""Structured streaming on Spark, as a user runs it; killed in mid-stream, it loses nothing and writes nothing twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook.engines.base import ServerAddress
from brickyard.notebook.engines.spark.distribution import Distribution
from brickyard.notebook.engines.spark.lease import stop_keeper
from brickyard.notebook.engines.spark.state import Place, read_state
from brickyard.notebook.server_of_home import RunningServer
from brickyard.settings import Home, process_environment

pytestmark = [pytest.mark.spark, pytest.mark.timeout(400)]

ROWS, FILES = 1_500, 15
WAIT_SECONDS = 120.0

STREAM = """
events = spark.readStream.format("delta").option("maxFilesPerTrigger", 1).table("main.streams.{name}_events")
query = (
    events.selectExpr("id", "id * 2 AS doubled")
    .writeStream.format("delta")
    .outputMode("append")
    .option("checkpointLocation", "/mnt/checkpoints/{name}")
    .trigger(availableNow=True)
    .table("main.streams.{name}_out")
)
query.awaitTermination()
"""


def _script(folder: Path, name: str) -> Path:
    path = folder / "stream.py"
    path.write_text(STREAM.format(name=name))
    return path


def _command(home: Path, script: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "brickyard.cli.main", "run", "--home", str(home), *options, str(script)]


def _prepare(spark: SparkSession, name: str) -> None:
    spark.sql("CREATE SCHEMA IF NOT EXISTS main.streams").collect()
    spark.range(0, ROWS, 1, FILES).write.saveAsTable(f"main.streams.{name}_events")


def _written(home: Path, name: str) -> int:
    """How many commits the table that the stream writes has."""
    return len(list(home.glob(f"tables/**/{name}_out*/_delta_log/*.json")))


def _wait_until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not done():
        assert time.monotonic() < deadline, f"it did not come so far: {what}"
        time.sleep(0.05)


def _kill_in_mid_stream(home: Path, script: Path, name: str, kill: Callable[[int], None]) -> None:
    with subprocess.Popen(
        _command(home, script),
        env=process_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        _wait_until(lambda: _written(home, name) >= 3, "the stream writes")
        kill(process.pid)
        process.wait(WAIT_SECONDS)
    assert 3 <= _written(home, name) < FILES, "the stream was not killed in the middle"


def _finish(home: Path, script: Path, *options: str) -> None:
    done = subprocess.run(
        _command(home, script, *options),
        env=process_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _group(pid: int) -> None:
    os.killpg(pid, signal.SIGKILL)


def test_a_stream_whose_run_is_killed_goes_on_exactly_once(
    shared_spark: SparkSession, notebook_server: RunningServer, tmp_path: Path
) -> None:
    _prepare(shared_spark, "killed")
    home, script = notebook_server.home, _script(tmp_path, "killed")
    _kill_in_mid_stream(home, script, "killed", _group)
    _finish(home, script)
    ids = [row.id for row in shared_spark.table("main.streams.killed_out").select("id").collect()]
    assert sorted(ids) == list(range(ROWS))
    assert (home / "files" / "mnt" / "checkpoints" / "killed" / "commits").is_dir()


def test_reading_a_stream_on_sail_names_the_engine_that_can(local_address: ServerAddress, tmp_path: Path) -> None:
    script = tmp_path / "sail.py"
    script.write_text("spark.readStream.table('main.default.none').writeStream.toTable('main.default.other')\n")
    assert local_address.files is not None
    command = _command(local_address.files.parent, script, "--engine", "sail")
    done = subprocess.run(command, env=process_environment(), capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 1
    assert "--engine spark" in done.stderr


def test_a_checkpoint_of_another_query_is_refused_by_name(shared_spark: SparkSession) -> None:
    _prepare(shared_spark, "one")
    _prepare(shared_spark, "two")

    def start(source: str, target: str) -> None:
        writer = shared_spark.readStream.table(f"main.streams.{source}_events").writeStream
        query = writer.option("checkpointLocation", "dbfs:/checkpoints/shared").trigger(availableNow=True)
        query.toTable(f"main.streams.{target}_out").awaitTermination()

    start("one", "one")
    with pytest.raises(Exception, match=r"checkpoint|table ID|DIFFERENT_DELTA_TABLE") as caught:
        start("two", "two")
    assert type(caught.value).__name__ == "StreamingQueryException"
    assert shared_spark.table("main.streams.one_out").count() == ROWS


@pytest.fixture
def own_home(tmp_path: Path, distribution: Distribution) -> Iterator[Path]:
    """A home with a Spark of its own: the other tests' lives on."""
    home = tmp_path / "home"
    yield home
    stop_keeper(Place.of_home(Home(home)))


def test_a_stream_whose_jvm_is_killed_goes_on_exactly_once(own_home: Path, tmp_path: Path) -> None:
    prepare, check, script = tmp_path / "prepare.py", tmp_path / "check.py", _script(tmp_path, "crashed")
    prepare.write_text(
        "spark.sql('CREATE SCHEMA IF NOT EXISTS main.streams')\n"
        f"spark.range(0, {ROWS}, 1, {FILES}).write.saveAsTable('main.streams.crashed_events')\n"
    )
    check.write_text(
        "ids = [row.id for row in spark.table('main.streams.crashed_out').select('id').collect()]\n"
        f"assert sorted(ids) == list(range({ROWS})), len(ids)\n"
    )

    def kill_keeper(pid: int) -> None:
        found = read_state(Place.of_home(Home(own_home)))
        assert found is not None
        os.kill(found.pid, signal.SIGKILL)

    _finish(own_home, prepare, "--engine", "spark")
    _kill_in_mid_stream(own_home, script, "crashed", kill_keeper)
    _finish(own_home, script)
    _finish(own_home, check)
