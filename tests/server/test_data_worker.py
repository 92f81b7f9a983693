import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
import uvloop

from brickyard.errors import (
    BrickyardError,
    Conflict,
    InvalidParameterValue,
    InvalidState,
    LimitExceeded,
    NotFound,
    TemporarilyUnavailable,
    WorkerFailed,
)
from brickyard.server import data_worker
from brickyard.server.data_worker import CALLS_AT_ONCE, DataWorker
from brickyard.worker.frames import MAX_FRAME
from tests.lake.tables import log_file, make
from tests.worker import hazards
from tests.worker.processes import wait_until_gone

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "MARK": "seen"}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller wants of a column."""

    name: str
    type_name: str


@asynccontextmanager
async def data_worker_of(
    command: Sequence[str] = hazards.COMMAND, *, idle_s: float = 60.0, memory_mb: int = 2000, stop_s: float = 10.0
) -> AsyncIterator[DataWorker]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        worker = DataWorker(
            Path(folder),
            environment=ENVIRONMENT,
            idle_s=idle_s,
            memory_mb=memory_mb,
            command=command,
            stop_s=stop_s,
        )
        try:
            yield worker
        finally:
            await worker.close()
            assert list(Path(folder).glob("*.sock")) == []


async def _pid(worker: DataWorker) -> int:
    facts = await worker.call("facts", {}, dict[str, Any])
    assert facts["pid"] == worker.pid
    pid: int = facts["pid"]
    return pid


async def _gone(pid: int) -> None:
    await asyncio.to_thread(wait_until_gone, pid)


def test_tables_through_the_real_worker(tmp_path: Path) -> None:
    folder, corrupt = make(tmp_path / "t", pa.table({"a": [1]})), make(tmp_path / "corrupt")
    log_file(corrupt).write_text("{")

    async def main() -> None:
        async with data_worker_of(data_worker.COMMAND) as worker:
            assert worker.pid is None
            columns = await worker.call("table_schema", {"location": str(folder)}, tuple[Column, ...])
            assert columns == (Column(name="a", type_name="LONG"),)
            sample = await worker.call("table_sample", {"location": str(folder)}, dict[str, Any])
            assert sample["rows"] == [[1]]
            with pytest.raises(InvalidState, match="corrupt"):
                await worker.call("table_detail", {"location": str(corrupt)}, dict[str, Any])
            shutil.rmtree(folder)
            with pytest.raises(NotFound, match=str(folder)):
                await worker.call("table_schema", {"location": str(folder)}, tuple[Column, ...])
            with pytest.raises(InvalidParameterValue, match="location"):
                await worker.call("table_schema", {}, tuple[Column, ...])
            assert worker.log.read_text() == ""

    asyncio.run(main())


def test_it_works_on_uvloop() -> None:
    async def main() -> None:
        async with data_worker_of(idle_s=0.2) as worker:
            pid = await _pid(worker)
            with pytest.raises(WorkerFailed, match="exit code 7"):
                await worker.call("leave", {}, str)
            await _gone(pid)
            pid = await _pid(worker)
            await _gone(pid)
            assert worker.pid is None

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def test_the_process_sees_the_given_environment_alone() -> None:
    async def main() -> None:
        async with data_worker_of() as worker:
            facts = await worker.call("facts", {}, dict[str, Any])
            facts["environment"].pop("LC_CTYPE", None)  # Python sets it itself
            assert facts["environment"] == ENVIRONMENT
            assert os.getsid(facts["pid"]) == facts["pid"]

    asyncio.run(main())


def test_errors_come_back_as_their_class() -> None:
    async def main() -> None:
        async with data_worker_of() as worker:
            with pytest.raises(Conflict, match="two at once"):
                await worker.call("refuse", {}, str)
            with pytest.raises(BrickyardError, match="defect failed inside") as caught:
                await worker.call("defect", {}, str)
            assert type(caught.value) is BrickyardError
            assert "secret detail" in worker.log.read_text()
            with pytest.raises(LimitExceeded, match="arguments"):
                await worker.call("echo", {"value": "x" * MAX_FRAME}, str)
            with pytest.raises(LimitExceeded, match="result"):
                await worker.call("large", {"value": MAX_FRAME}, str)
            with pytest.raises(BrickyardError, match="not what was expected"):
                await worker.call("echo", {"value": "x"}, int)
            assert await worker.call("echo", {"value": "alive"}, str) == "alive"

    asyncio.run(main())


def test_calls_run_at_the_same_time_in_one_process() -> None:
    async def main() -> None:
        async with data_worker_of() as worker:
            pid = await _pid(worker)
            start = time.monotonic()
            naps = [worker.call("sleep", {"value": 0.4}, float) for _ in range(CALLS_AT_ONCE)]
            assert await asyncio.gather(*naps) == [0.4] * CALLS_AT_ONCE
            assert time.monotonic() - start < 0.4 * CALLS_AT_ONCE
            echoes = await asyncio.gather(*(worker.call("echo", {"value": str(n)}, str) for n in range(100)))
            assert echoes == [str(n) for n in range(100)]
            assert await _pid(worker) == pid

    asyncio.run(main())


def test_many_first_calls_start_one_process() -> None:
    async def main() -> None:
        async with data_worker_of() as worker:
            found = await asyncio.gather(*(worker.call("facts", {}, dict[str, Any]) for _ in range(8)))
            assert len({facts["pid"] for facts in found}) == 1

    asyncio.run(main())


def test_kill_nine_fails_the_calls_it_had_and_the_next_finds_a_new_process() -> None:
    async def main() -> None:
        async with data_worker_of() as worker:
            pid = await _pid(worker)
            naps = [asyncio.ensure_future(worker.call("sleep", {"value": 30}, float)) for _ in range(2)]
            await asyncio.sleep(0.2)
            os.kill(pid, signal.SIGKILL)
            for nap in naps:
                with pytest.raises(WorkerFailed, match=r"\(sleep\): ended by SIGKILL"):
                    await nap
            assert await _pid(worker) != pid

    asyncio.run(main())


def test_a_process_that_died_while_idle_costs_no_call() -> None:
    async def main() -> None:
        async with data_worker_of() as worker:
            pid = await _pid(worker)
            os.kill(pid, signal.SIGKILL)
            # In this thread: the event loop learns nothing until the call.
            wait_until_gone(pid)
            assert await _pid(worker) != pid

    asyncio.run(main())


def test_a_call_that_kills_its_process_is_not_repeated() -> None:
    async def main() -> None:
        async with data_worker_of() as worker:
            pid = await _pid(worker)
            with pytest.raises(WorkerFailed, match="SIGKILL"):
                await worker.call("kill", {}, str)
            assert worker.pid is None
            assert await _pid(worker) != pid

    asyncio.run(main())


def test_memory_over_the_limit_is_told_and_survived() -> None:
    async def main() -> None:
        async with data_worker_of(memory_mb=200) as worker:
            with pytest.raises(WorkerFailed, match="200 are allowed"):
                await worker.call("grow", {}, int)
            assert await worker.call("echo", {"value": "alive"}, str) == "alive"

    asyncio.run(main())


def test_a_call_that_takes_too_long_fails_alone(tmp_path: Path) -> None:
    async def main() -> None:
        async with data_worker_of(stop_s=0.5) as worker:
            pid = await _pid(worker)
            beside = asyncio.ensure_future(worker.call("note", {"value": str(tmp_path / "trace")}, str))
            with pytest.raises(TemporarilyUnavailable, match=r"did not finish sleep within 0\.2 s"):
                await worker.call("sleep", {"value": 600}, float, timeout_s=0.2)
            assert await _pid(worker) != pid
            assert await beside == "done"
            await _gone(pid)

    asyncio.run(main())


def test_waiting_for_a_turn_counts_too() -> None:
    async def main() -> None:
        async with data_worker_of() as worker:
            pid = await _pid(worker)
            naps = [asyncio.ensure_future(worker.call("sleep", {"value": 0.6}, float)) for _ in range(CALLS_AT_ONCE)]
            await asyncio.sleep(0.1)
            with pytest.raises(TemporarilyUnavailable, match="echo"):
                await worker.call("echo", {"value": "x"}, str, timeout_s=0.1)
            await asyncio.gather(*naps)
            assert await _pid(worker) == pid

    asyncio.run(main())


def test_a_cancelled_call_takes_nothing_with_it(tmp_path: Path) -> None:
    trace = tmp_path / "trace"

    async def main() -> None:
        async with data_worker_of() as worker:
            pid = await _pid(worker)
            call = asyncio.ensure_future(worker.call("note", {"value": str(trace)}, str))
            await asyncio.sleep(0.2)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert await _pid(worker) == pid

    asyncio.run(main())
    # Closing let the process finish what it had.
    assert trace.read_text() == "done"


def test_an_idle_process_is_ended_and_started_anew() -> None:
    async def main() -> None:
        async with data_worker_of(idle_s=0.3) as worker:
            pid = await _pid(worker)
            # Longer than idle_s in all, but never idle for so long.
            for _ in range(4):
                await worker.call("sleep", {"value": 0.15}, float)
            assert [worker.pid] == [pid]
            await _gone(pid)
            assert [worker.pid] == [None]
            assert await _pid(worker) != pid

    asyncio.run(main())


def test_a_long_call_is_not_idle() -> None:
    async def main() -> None:
        async with data_worker_of(idle_s=0.1) as worker:
            nap = asyncio.ensure_future(worker.call("sleep", {"value": 0.6}, float))
            await worker.call("echo", {"value": "x"}, str)
            assert await nap == 0.6

    asyncio.run(main())


def test_close_finishes_calls_and_refuses_later_ones() -> None:
    async def main() -> None:
        async with data_worker_of() as worker:
            pid = await _pid(worker)
            nap = asyncio.ensure_future(worker.call("sleep", {"value": 0.5}, float))
            await asyncio.sleep(0.1)
            await worker.close()
            assert await nap == 0.5
            await _gone(pid)
            with pytest.raises(TemporarilyUnavailable, match="stopping"):
                await worker.call("echo", {"value": "x"}, str)

    asyncio.run(main())


def test_close_kills_what_hangs() -> None:
    async def main() -> None:
        async with data_worker_of(stop_s=0.3) as worker:
            pid = await _pid(worker)
            nap = asyncio.ensure_future(worker.call("sleep", {"value": 600}, float))
            await asyncio.sleep(0.1)
            await worker.close()
            with pytest.raises(WorkerFailed, match="SIGKILL"):
                await nap
            await _gone(pid)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("/no/such/python",), "cannot be started"),
        ((sys.executable, "-c", "raise SystemExit(5)"), "did not start: exit code 5"),
        ((sys.executable, "-c", "print('hello')"), "did not start: exit code 0"),
        ((sys.executable, "-c", "print('ready')"), "ended as soon as it was started"),
    ],
)
def test_a_process_that_does_not_start_is_told_each_time(command: Sequence[str], words: str) -> None:
    async def main() -> None:
        async with data_worker_of(command) as worker:
            for _ in range(2):
                with pytest.raises(WorkerFailed, match=words):
                    await worker.call("echo", {"value": "x"}, str)

    asyncio.run(main())


def test_the_process_ends_with_a_server_that_is_killed(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        code = (
            "import asyncio, os\n"
            "from pathlib import Path\n"
            "from brickyard.server.data_worker import DataWorker\n"
            "async def main():\n"
            f"    worker = DataWorker(Path({folder!r}), environment={{}}, idle_s=60, memory_mb=1000,"
            f" command={hazards.COMMAND!r})\n"
            "    await worker.call('echo', {'value': 'x'}, str)\n"
            "    print(worker.pid, flush=True)\n"
            "    await asyncio.sleep(60)\n"
            "asyncio.run(main())\n"
        )
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            pid = int(server.stdout.readline())
            server.kill()
            server.wait()
            wait_until_gone(pid)


def test_a_folder_with_too_long_a_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValue, match="too long a path"):
        DataWorker(tmp_path / ("x" * 90), environment={}, idle_s=1, memory_mb=100)


def test_the_server_s_process_loads_no_data_library(tmp_path: Path) -> None:
    folder = str(make(tmp_path / "t"))
    with tempfile.TemporaryDirectory(dir="/tmp") as sockets:
        code = (
            "import asyncio, sys\n"
            "from pathlib import Path\n"
            "from brickyard.server.data_worker import DataWorker\n"
            "async def main():\n"
            f"    worker = DataWorker(Path({sockets!r}), environment={{}}, idle_s=60, memory_mb=1000)\n"
            f"    await worker.call('table_sample', {{'location': {folder!r}}}, dict)\n"
            "    await worker.close()\n"
            "asyncio.run(main())\n"
            "print(*sorted(sys.modules))\n"
        )
        done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    loaded = done.stdout.split()
    assert "brickyard.worker.frames" in loaded
    data = ("pyarrow", "deltalake", "arro3", "duckdb", "pandas", "numpy", "brickyard.lake", "brickyard.worker.service")
    assert [name for name in loaded if name.startswith(data)] == []
