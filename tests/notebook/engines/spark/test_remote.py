"""A Spark by its address: with the plugin it serves the server's tables, without it it says what it lacks."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql.connect.session import SparkSession

from brickyard.errors import BrickyardError, InvalidParameterValue, InvalidState, TemporarilyUnavailable
from brickyard.notebook.engines.base import ServerAddress
from brickyard.notebook.engines.spark import state
from brickyard.notebook.engines.spark.distribution import Distribution
from brickyard.notebook.engines.spark.process import launch_of
from brickyard.notebook.engines.spark.remote import RemoteEngine
from brickyard.notebook.engines.spark.state import Place
from brickyard.notebook.engines.usage import Usage
from tests.notebook.engines.conftest import Disk

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]


@contextmanager
def remote_session(address: str, server: ServerAddress) -> Iterator[SparkSession]:
    engine = RemoteEngine(address)
    process = engine.start(server)
    spark = SparkSession.Builder().channelBuilder(engine.channel(process, server, Usage())).create()
    try:
        engine.prepare(spark, process, server)
        yield spark
    finally:
        spark.stop()
        process.stop()


@pytest.fixture
def keepers_address(place: Place, shared_spark: SparkSession) -> str:
    """The keeper's Spark as one that others run."""
    found = state.read_state(place)
    assert found is not None
    return f"sc://localhost:{found.port}/;token={found.token}"


def test_tables_by_name(keepers_address: str, address: ServerAddress, name: str, disk: Disk) -> None:
    with remote_session(keepers_address, address) as spark:
        spark.range(4).write.saveAsTable(name)
        assert spark.table(name).count() == 4
        assert spark.sql("SELECT current_catalog()").collect()[0][0] == "main"
    assert len(disk.rows(name)) == 4


def test_a_server_token_that_is_refused(keepers_address: str, address: ServerAddress) -> None:
    with (
        pytest.raises(BrickyardError, match="token") as refused,
        remote_session(keepers_address, replace(address, token="nonsense")),
    ):
        pass
    assert "nonsense" not in str(refused.value)


def test_a_spark_without_the_plugin(distribution: Distribution, address: ServerAddress, tmp_path: Path) -> None:
    launch = launch_of(distribution, 1024)
    command = [part for part in launch.command(tmp_path) if not part.startswith("-Dspark.sql.extensions=")]
    with (
        (tmp_path / "jvm.log").open("wb") as errors,
        subprocess.Popen(
            command,
            cwd=tmp_path,
            env=launch.environment(Path("/nowhere/python"), "a-token"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        port = process.stdout.readline().split()[1]
        with (
            pytest.raises(InvalidState, match="BrickyardRules") as told,
            remote_session(f"sc://localhost:{port}/;token=a-token", address),
        ):
            pass
        process.stdin.close()
    assert "docs/spark_engine_cluster.md" in str(told.value)
    assert "a-token" not in str(told.value)


def test_nobody_answers(address: ServerAddress) -> None:
    with pytest.raises(TemporarilyUnavailable, match=r"answers at sc://127\.0\.0\.1:9"):
        RemoteEngine("sc://127.0.0.1:9/;token=secret").start(address)


@pytest.mark.parametrize("address", ["sc://host:port", "sc://host/path", "sc://host/;novalue"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(InvalidParameterValue, match="not the address"):
        RemoteEngine(address)
