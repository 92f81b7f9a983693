"""The Sail process ends with its session and with its parent, and knows nothing of the server's token."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from brickyard.errors import InvalidParameterValue, InvalidState, TemporarilyUnavailable
from brickyard.notebook import session
from brickyard.notebook.engines.base import ServerAddress
from brickyard.notebook.engines.sail.names import Catalogs
from brickyard.notebook.engines.sail.process import SailProcess
from brickyard.notebook.session import NotebookSession

CATALOGS = Catalogs(names=("main",), default="main")


def _gone(pid: int, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_it_stops_at_once_and_may_be_stopped_twice(address: ServerAddress) -> None:
    started = time.monotonic()
    process = SailProcess(address, CATALOGS)
    assert time.monotonic() - started < 5
    assert process.remote.startswith("sc://127.0.0.1:")
    process.stop()
    process.stop()
    assert _gone(process.pid, 0.1)


def test_nothing_of_the_user_s_workspace_reaches_it(address: ServerAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_HOST", "https://elsewhere.example")
    monkeypatch.setenv("DATABRICKS_TOKEN", "another secret")
    monkeypatch.setenv("UNITY_HOST", "https://elsewhere.example")
    process = SailProcess(address, CATALOGS)
    try:
        environment = psutil.Process(process.pid).environ()
    finally:
        process.stop()
    assert not [name for name in environment if name.startswith(("DATABRICKS_", "UNITY_HOST", "UC_"))]
    assert not [name for name, value in environment.items() if address.token in value]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_a_parent_that_is_killed(address: ServerAddress, how: signal.Signals) -> None:
    program = f"""
import sys, time
from brickyard.notebook.engines.base import ServerAddress
from brickyard.notebook.engines.sail.names import Catalogs
from brickyard.notebook.engines.sail.process import SailProcess
process = SailProcess(ServerAddress(url={address.url!r}, token="t"), Catalogs(names=("main",), default="main"))
print(process.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert psutil.pid_exists(pid)
    os.kill(parent.pid, how)
    parent.communicate()
    assert _gone(pid)


def test_a_process_has_one_session(notebook: NotebookSession, address: ServerAddress) -> None:
    with pytest.raises(InvalidState, match="session already"):
        session.start("sail", server_url=address.url, token=address.token, environment={})


def test_unknown_engine_and_unreachable_server() -> None:
    with pytest.raises(InvalidParameterValue, match="sail"):
        session.start("flink", server_url="http://127.0.0.1:9", token="", environment={})


def test_a_server_that_does_not_answer(address: ServerAddress, tmp_path: Path) -> None:
    program = f"""
from brickyard.errors import TemporarilyUnavailable
from brickyard.notebook import session
try:
    session.start("sail", server_url="http://127.0.0.1:9", token="t", environment={{}})
except {TemporarilyUnavailable.__name__} as error:
    print("refused", error)
"""
    (tmp_path / "x.py").write_text(program)
    done = subprocess.run([sys.executable, str(tmp_path / "x.py")], capture_output=True, text=True, timeout=60)
    assert "refused" in done.stdout, done.stderr
    assert "brickyard up" in done.stdout


def test_the_end_of_a_script_ends_its_engine(address: ServerAddress, tmp_path: Path) -> None:
    program = f"""
import os
from brickyard.notebook import session
started = session.start("sail", server_url={address.url!r}, token={address.token!r}, environment=os.environ)
print(started.process.pid, started.spark.range(3).count(), flush=True)
"""
    (tmp_path / "x.py").write_text(program)
    done = subprocess.run([sys.executable, str(tmp_path / "x.py")], capture_output=True, text=True, timeout=60)
    pid, rows = done.stdout.split()
    assert (done.returncode, rows, done.stderr) == (0, "3", "")
    assert _gone(int(pid))
