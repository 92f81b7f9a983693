"""One JVM for all users of a home: who keeps it, who may use it, when it ends."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from pyspark.sql.connect.client import DefaultChannelBuilder
from pyspark.sql.connect.proto import base_pb2 as pb
from pyspark.sql.connect.proto.base_pb2_grpc import SparkConnectServiceStub

from brickyard.errors import InvalidState
from brickyard.notebook.engines.spark import state
from brickyard.notebook.engines.spark.distribution import Distribution
from brickyard.notebook.engines.spark.lease import stop_keeper
from brickyard.notebook.engines.spark.process import SparkProcess
from brickyard.notebook.engines.spark.state import Place
from brickyard.settings import Settings, process_environment

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]

Start = Callable[..., SparkProcess]
WAIT_SECONDS = 30.0


def _wait_until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not done():
        assert time.monotonic() < deadline, f"it did not come so far: {what}"
        time.sleep(0.05)


def _is_gone(pid: int) -> bool:
    """Also of a process whose end nobody has asked for yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _jvm(place: Place) -> int:
    """The JVM of a keeper: its only child."""
    found = state.read_state(place)
    assert found is not None
    return int(Path(f"/proc/{found.pid}/task/{found.pid}/children").read_text().split()[0])


def _keeper(place: Place) -> int:
    found = state.read_state(place)
    assert found is not None
    return found.pid


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Place]:
    """The place of a keeper of this test's own."""
    place = Place(runtime=tmp_path / "runtime", log=tmp_path / "logs" / "spark.log")
    yield place
    stop_keeper(place)


@pytest.fixture
def start(distribution: Distribution) -> Iterator[Start]:
    """start(place, told=..., idle=..., memory=...): a user of a place."""
    users: list[SparkProcess] = []

    def begin(place: Place, told: list[str] | None = None, *, idle: float = 0.5, memory: int = 1024) -> SparkProcess:
        settings = Settings(spark_idle_s=idle, spark_memory_mb=memory)
        user = SparkProcess(distribution, place, settings, (told if told is not None else []).append)
        users.append(user)
        return user

    yield begin
    for user in users:
        user.stop()


def test_two_users_share_one_spark_and_it_ends_when_idle(own: Place, start: Start) -> None:
    told: list[str] = []
    users: list[SparkProcess] = []
    threads = [threading.Thread(target=lambda: users.append(start(own, told))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({user.remote for user in users}) == 1
    assert len({user.user for user in users}) == 3
    assert all("Starting Spark 4.2" in text for text in told)
    assert stat.S_IMODE(own.state.stat().st_mode) == 0o600
    found = state.read_state(own)
    assert found is not None
    assert stat.S_IMODE(found.folder.stat().st_mode) == 0o700
    keeper, jvm = found.pid, _jvm(own)
    assert found.token not in Path(f"/proc/{jvm}/cmdline").read_text()
    for user in users[1:]:
        user.stop()
    time.sleep(1.0)  # longer than it may be idle
    assert not _is_gone(jvm)
    users[0].require()
    users[0].stop()
    _wait_until(lambda: _is_gone(keeper) and _is_gone(jvm), "the idle keeper ends, and its JVM")
    assert not own.state.exists()
    assert not found.folder.exists()
    assert "the keeper ends" in own.log.read_text()


def test_a_killed_keeper_takes_its_jvm_with_it_and_the_next_user_starts_anew(own: Place, start: Start) -> None:
    first = start(own)
    keeper, jvm = _keeper(own), _jvm(own)
    before = state.read_state(own)
    os.kill(keeper, signal.SIGKILL)
    _wait_until(lambda: _is_gone(jvm), "the JVM ends with its keeper")
    with pytest.raises(InvalidState, match="has ended"):
        first.require()
    second = start(own)
    second.require()
    assert _keeper(own) != keeper
    assert before is not None
    assert not before.folder.exists()


def test_a_killed_jvm_ends_the_keeper_with_a_word(own: Place, start: Start) -> None:
    user = start(own)
    keeper = _keeper(own)
    os.kill(_jvm(own), signal.SIGKILL)
    _wait_until(lambda: _is_gone(keeper), "the keeper ends with its JVM")
    assert "ended with status -9" in own.log.read_text()
    with pytest.raises(InvalidState, match=str(own.log)):
        user.require()


_USER = """
import sys, time
from pathlib import Path
from brickyard.notebook.engines.spark.distribution import installed
from brickyard.notebook.engines.spark.process import SparkProcess
from brickyard.notebook.engines.spark.state import Place
from brickyard.settings import Settings
place = Place(runtime=Path(sys.argv[1]), log=Path(sys.argv[2]))
settings = Settings(spark_idle_s=0.5, spark_memory_mb=1024)
user = SparkProcess(installed(Settings.read().cache, ""), place, settings, print)
print("leased", flush=True)
time.sleep(600)
"""


def test_a_killed_user_gives_its_lease_back(own: Place, distribution: Distribution) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _USER, str(own.runtime), str(own.log)],
        stdout=subprocess.PIPE,
        env=process_environment(),
        text=True,
    ) as user:
        assert user.stdout is not None
        assert any(line == "leased\n" for line in user.stdout)
        keeper = _keeper(own)
        user.kill()
    _wait_until(lambda: _is_gone(keeper), "the keeper ends after its killed user")


def test_another_spark_waits_for_the_users_of_this_one(own: Place, start: Start) -> None:
    first = start(own, idle=600)
    keeper = _keeper(own)
    with pytest.raises(InvalidState, match="1 of its users still run"):
        start(own, memory=1100)
    first.require()
    first.stop()
    other = start(own, memory=1100)
    other.require()
    assert _keeper(own) != keeper


def test_a_spark_that_cannot_start_says_why(own: Place, distribution: Distribution) -> None:
    nowhere = replace(distribution, java=Path("/nowhere/java"))
    with pytest.raises(InvalidState, match="/nowhere/java cannot be run"):
        SparkProcess(nowhere, own, Settings(), print)
    broken = replace(distribution, plugin=Path("/nowhere/plugin.jar"))
    with pytest.raises(InvalidState, match=r"brickyard\.Main"):
        SparkProcess(broken, own, Settings(), print)
    _wait_until(lambda: state.read_state(own) is None, "the keeper has removed its state")


@pytest.mark.parametrize("token", ["", "wrong"])
def test_a_client_without_the_token_is_refused(place: Place, start: Start, token: str) -> None:
    found = state.read_state(place)
    address = start(place, memory=0).remote if found is None else f"sc://127.0.0.1:{found.port}"
    builder = DefaultChannelBuilder(address)
    credentials = grpc.local_channel_credentials()
    if token:
        credentials = grpc.composite_channel_credentials(credentials, grpc.access_token_call_credentials(token))
    with grpc.secure_channel(builder.endpoint, credentials) as channel, pytest.raises(grpc.RpcError) as refused:
        SparkConnectServiceStub(channel).Config(  # type: ignore[no-untyped-call]
            pb.ConfigRequest(session_id="00112233-4455-6677-8899-aabbccddeeff")
        )
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
