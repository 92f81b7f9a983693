"""The life of a child process, by small programs; the data worker's and the stock server's tests go further."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from brickyard.errors import InvalidParameterValue, TemporarilyUnavailable, WorkerFailed
from brickyard.server.children.on_demand import ChildOnDemand
from brickyard.server.children.process import MAX_LOG, Program
from tests.worker.processes import wait_until_gone

LISTENS = "import sys; print('up', flush=True); sys.stdin.read()"
IS_SLOW = "import time; time.sleep(600)"
DOES_NOT_LISTEN_TO_REASON = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {LISTENS}"


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short enough for a socket."""
    with TemporaryDirectory(prefix="by-") as name:
        yield Path(name)


def program(folder: Path, code: str = LISTENS, *, start_s: float = 20.0, stop_s: float = 10.0) -> Program:
    return Program(
        title="The helper",
        folder=folder,
        name="helper",
        command=(sys.executable, "-c", code),
        environment={"MARK": "seen"},
        ready=b"up\n",
        failure=WorkerFailed,
        start_s=start_s,
        stop_s=stop_s,
    )


def run(program: Program, test: Callable[[ChildOnDemand], Awaitable[None]], *, idle_s: float = 60.0) -> None:
    async def body() -> None:
        child = ChildOnDemand(program, idle_s=idle_s)
        try:
            async with asyncio.timeout(40):
                await test(child)
        finally:
            await child.close()

    asyncio.run(body())


def test_all_users_share_one_process_that_works_in_its_folder(folder: Path) -> None:
    async def test(helper: ChildOnDemand) -> None:
        async with helper.lease() as one, helper.lease() as other:
            assert one is other
            assert (helper.state, helper.pid) == ("running", one.pid)
            assert Path(f"/proc/{one.pid}/cwd").resolve() == folder.resolve()
            assert b"MARK=seen" in Path(f"/proc/{one.pid}/environ").read_bytes()

    run(program(folder), test)


def test_a_retired_process_ends_when_its_last_user_leaves(folder: Path) -> None:
    async def test(helper: ChildOnDemand) -> None:
        async with helper.lease() as old:
            async with helper.lease():
                helper.retire(old)
            async with helper.lease() as new:
                assert new.pid != old.pid
            assert not old.is_dead
        await asyncio.to_thread(wait_until_gone, old.pid)
        assert helper.pid == new.pid

    run(program(folder), test)


def test_an_idle_process_is_ended(folder: Path) -> None:
    async def test(helper: ChildOnDemand) -> None:
        async with helper.lease() as child:
            await asyncio.sleep(0.2)
            assert helper.state == "running"
        await asyncio.to_thread(wait_until_gone, child.pid)
        assert (helper.state, helper.pid) == ("stopped", None)

    run(program(folder), test, idle_s=0.1)


def test_a_process_that_was_killed_is_replaced(folder: Path) -> None:
    async def test(helper: ChildOnDemand) -> None:
        async with helper.lease() as child:
            os.kill(child.pid, signal.SIGKILL)
            assert await child.how_it_ended() == "ended by SIGKILL"
        async with helper.lease() as other:
            assert other.pid != child.pid

    run(program(folder), test)


def test_what_does_not_stop_is_killed(folder: Path) -> None:
    async def test(helper: ChildOnDemand) -> None:
        async with helper.lease() as child:
            pass
        await helper.close()
        assert await child.how_it_ended() == "ended by SIGKILL"
        with pytest.raises(TemporarilyUnavailable, match="stopping"):
            async with helper.lease():
                pass

    run(program(folder, DOES_NOT_LISTEN_TO_REASON, stop_s=0.2), test)


@pytest.mark.parametrize(
    ("code", "start_s", "words"),
    [
        ("print('other')", 20.0, r"The helper did not start: exit code 0; see .*helper\.log"),
        ("raise SystemExit('no luck')", 20.0, "The helper did not start: exit code 1"),
        (IS_SLOW, 0.2, r"The helper did not start within 0\.2 s"),
    ],
)
def test_a_start_that_fails_is_told_and_leaves_no_process(folder: Path, code: str, start_s: float, words: str) -> None:
    async def test(helper: ChildOnDemand) -> None:
        with pytest.raises(WorkerFailed, match=words):
            async with helper.lease():
                pass
        assert (helper.state, helper.pid) == ("stopped", None)

    run(program(folder, code, start_s=start_s), test)


def test_a_user_that_gives_up_leaves_the_start_to_the_others(folder: Path) -> None:
    async def test(helper: ChildOnDemand) -> None:
        async def use() -> int:
            async with helper.lease() as child:
                return child.pid

        first, second = asyncio.ensure_future(use()), asyncio.ensure_future(use())
        while helper.state != "starting":
            await asyncio.sleep(0)
        first.cancel()
        assert await second == helper.pid
        assert first.cancelled()

    run(program(folder), test)


def test_a_log_that_is_long_is_begun_anew(folder: Path) -> None:
    log = program(folder).log
    with log.open("wb") as file:
        file.truncate(MAX_LOG)

    async def test(helper: ChildOnDemand) -> None:
        async with helper.lease():
            assert helper.log.stat().st_size == 0

    run(program(folder), test)


def test_a_folder_too_deep_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValue, match="too long a path"):
        ChildOnDemand(program(tmp_path / ("x" * 100)), idle_s=1)
