import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from brickyard.errors import NotImplementedHere, WorkerFailed
from brickyard.worker.frames import result_of
from brickyard.worker.process import EXIT_MEMORY
from brickyard.worker.registry import MODULES, find_task
from tests.worker import hazards
from tests.worker.processes import WORKER, Worker, receive, send, wait_until_gone, worker


def test_the_command_serves_and_its_socket_is_its_owner_s_alone(tmp_path: Path) -> None:
    with worker(WORKER) as running:
        mode = running.path.stat().st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600
        with pytest.raises(NotImplementedHere):
            result_of(running.call("echo", value="x"), str)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_it_finish_what_it_has(tmp_path: Path, number: int) -> None:
    trace = tmp_path / "trace"
    with worker() as running, running.connected() as idle, running.connected() as busy:
        send(busy, "note", {"value": str(trace)})
        send(idle, "echo", {"value": "first"})
        assert receive(idle).ok
        running.child.send_signal(number)
        assert result_of(receive(busy), str) == "done"
        assert running.child.wait(10) == 0
        assert trace.read_text() == "done"
        assert not running.path.exists()
        assert running.log.read_text() == ""


def test_a_call_that_comes_while_it_stops_is_not_begun(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with worker() as running, running.connected() as idle, running.connected() as busy:
        send(busy, "sleep", {"value": 1.0})
        running.child.terminate()
        assert idle.recv(1) == b""
        with pytest.raises(BrokenPipeError):
            send(idle, "note", {"value": str(trace)})
        assert receive(busy).ok
        assert running.child.wait(10) == 0
    assert not trace.exists()


def test_it_ends_when_its_standard_input_closes() -> None:
    with worker() as running:
        assert running.child.stdin is not None
        running.child.stdin.close()
        assert running.child.wait(10) == 0


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    path = Path(f"/tmp/by-{os.getpid()}.s")
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({[*hazards.COMMAND, '--socket', str(path)]!r}, stdin=subprocess.PIPE)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        said = sorted(parent.stdout.readline().strip() for _ in range(2))
        assert said[1] == "ready"
        parent.kill()
        parent.wait()
        wait_until_gone(int(said[0]))
    assert not path.exists()


def test_memory_over_the_limit_fails_the_calls_with_a_clear_error() -> None:
    with worker(hazards.COMMAND, "--memory-mb", "200") as running:
        innocent: list[object] = []
        beside = threading.Thread(target=lambda: innocent.append(running.call("sleep", value=60)))
        beside.start()
        with pytest.raises(
            WorkerFailed, match=r"needed \d+ MiB of memory; 200 are allowed.*BRICKYARD_WORKER_MEMORY_MB"
        ):
            result_of(running.call("grow"), int)
        beside.join(10)
        assert len(innocent) == 1
        assert running.child.wait(10) == EXIT_MEMORY


def test_a_socket_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "missing" / "s", tmp_path / ("x" * 200)):
        done = subprocess.run(
            [*WORKER, "--socket", str(path)], capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 1
        assert str(path) in done.stderr and "Traceback" not in done.stderr


def test_a_socket_left_by_a_dead_worker_is_replaced() -> None:
    with worker() as first:
        path = first.path
        first.child.kill()
        first.child.wait()
        assert path.exists()
        with subprocess.Popen(
            [*hazards.COMMAND, "--socket", str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as second:
            assert second.stdout is not None
            assert second.stdout.readline() == b"ready\n"
            assert Worker(second, path, first.log).call("echo", value="x").ok
            second.terminate()


def test_every_task_of_the_registry_is_in_its_module() -> None:
    for name in MODULES:
        assert find_task(name).name == name
    with pytest.raises(NotImplementedHere, match="'x'"):
        find_task("x")


def test_facts_load_no_arrow(tmp_path: Path) -> None:
    code = (
        "import sys; from brickyard.worker.registry import find_task; find_task('table_schema');"
        "print('deltalake' in sys.modules, 'pyarrow' in sys.modules, 'pandas' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["True", "False", "False"]
