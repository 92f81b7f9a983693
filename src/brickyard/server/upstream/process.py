"""The stock server as a process: started by the first request, ended when idle, started anew after a crash."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from brickyard.errors import InvalidParameterValue, TemporarilyUnavailable
from brickyard.server.upstream.child import READY

COMMAND = (sys.executable, "-P", "-m", "brickyard.server.upstream.child", "mlflow.server.fastapi_app:app")
START_SECONDS = 60.0
STOP_SECONDS = 10.0
MAX_SOCKET_PATH = 103
"""Bytes: the least that our systems take (108 with the closing zero on Linux, 104 on macOS)."""
MAX_LOG = 8 * 1024 * 1024


class StockProcess:
    """One started process. It ends once it is retired and no request holds it.

    Args:
        child: the process, with pipes for its standard input and output.
        socket: where it listens.
    """

    def __init__(self, child: asyncio.subprocess.Process, socket: Path) -> None:
        self.child = child
        self.socket = socket
        self.requests = 0
        self.retired = False
        self.ending = False

    @property
    def is_dead(self) -> bool:
        return self.child.returncode is not None

    async def end(self) -> None:
        """Ask it to stop; kill it when it does not within STOP_SECONDS."""
        if not self.is_dead:
            self.child.terminate()
        try:
            await asyncio.wait_for(self.child.wait(), STOP_SECONDS)
        except TimeoutError:
            self.child.kill()
            await self.child.wait()
        if self.child.stdin is not None:
            self.child.stdin.close()
        self.socket.unlink(missing_ok=True)


class StockServer:
    """Leases the stock server's process to requests.

    One object belongs to one event loop, whose `close` must be awaited before the loop ends.

    Args:
        folder: an existing folder for its socket and its log, with a short path, that nobody else may enter.
        environment: the whole environment of the process.
        idle_s: seconds without a request until the process is ended.
        command: what starts it; `--socket PATH` is added.

    Raises:
        InvalidParameterValue: the folder's path is too long for a socket.
    """

    def __init__(
        self, folder: Path, *, environment: Mapping[str, str], idle_s: float, command: Sequence[str] = COMMAND
    ) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._idle_s = idle_s
        self._command = tuple(command)
        self._current: StockProcess | None = None
        self._start: asyncio.Task[StockProcess] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._processes: set[StockProcess] = set()
        self._endings: set[asyncio.Task[None]] = set()
        self._starts = 0
        self._closed = False
        if len(os.fsencode(self._socket(999_999))) > MAX_SOCKET_PATH:
            raise InvalidParameterValue(
                f"The folder {folder} has too long a path for the stock MLflow server's socket."
            )

    @property
    def state(self) -> str:
        """ "stopped", "starting" or "running"."""
        if self._start is not None:
            return "starting"
        return "stopped" if self._current is None or self._current.is_dead else "running"

    @property
    def pid(self) -> int | None:
        """The id of the process that gets the next request; None: there is none."""
        return None if self._current is None else self._current.child.pid

    @property
    def log(self) -> Path:
        """What the process writes for operators."""
        return self._folder / "mlflow-server.log"

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[StockProcess]:
        """A process that answers, and that is not ended while the block runs.

        Raises:
            TemporarilyUnavailable: it cannot be started, or our server is stopping.
        """
        process = await self._running()
        while process.retired:
            process = await self._running()
        process.requests += 1
        self._stop_timer()
        try:
            yield process
        finally:
            process.requests -= 1
            self._after_request(process)

    def retire(self, process: StockProcess) -> None:
        """No further request for this process; it ends when it has none."""
        process.retired = True
        if process is self._current:
            self._current = None
            self._stop_timer()
            if process.requests == 0:
                self._end_soon(process)

    async def close(self) -> None:
        """End the process. Later requests are refused."""
        self._closed = True
        self._stop_timer()
        if self._start is not None:
            self._start.cancel()
            await asyncio.wait({self._start})
        self._current = None
        for process in tuple(self._processes):
            self._end_soon(process)
        while self._endings:
            await asyncio.gather(*self._endings)

    async def _running(self) -> StockProcess:
        if self._closed:
            raise TemporarilyUnavailable("The server is stopping.")
        if self._current is not None:
            if not self._current.is_dead:
                return self._current
            self.retire(self._current)
        if self._start is None:
            self._start = asyncio.get_running_loop().create_task(self._begin())
            self._start.add_done_callback(_heard)
        # Shielded: a client that goes away must not take the start from the others who wait for it.
        return await asyncio.shield(self._start)

    async def _begin(self) -> StockProcess:
        try:
            process = await self._spawn()
            self._current = process
            self._after_request(process)
            return process
        except asyncio.CancelledError:
            raise TemporarilyUnavailable("The server is stopping.") from None
        finally:
            self._start = None

    async def _spawn(self) -> StockProcess:
        self._starts += 1
        path = self._socket(self._starts)
        keeps_log = self.log.exists() and self.log.stat().st_size < MAX_LOG
        with self.log.open("ab" if keeps_log else "wb") as log:
            try:
                child = await asyncio.create_subprocess_exec(
                    *(*self._command, "--socket", str(path)),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log,
                    env=self._environment,
                    cwd=self._folder,
                    start_new_session=True,  # Ctrl-C ends our server, which ends this one in good order
                )
            except OSError as error:
                raise TemporarilyUnavailable(f"The stock MLflow server cannot be started: {error}") from error
        process = StockProcess(child, path)
        self._processes.add(process)
        try:
            await self._await_ready(child)
        except BaseException:  # reason: a start that is cancelled or fails must leave no process behind
            self._end_soon(process)
            raise
        return process

    async def _await_ready(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        try:
            line = await asyncio.wait_for(child.stdout.readline(), START_SECONDS)
        except TimeoutError:
            raise TemporarilyUnavailable(
                f"The stock MLflow server did not start within {START_SECONDS:g} s; see {self.log}."
            ) from None
        if line != READY:
            how = _ending(await child.wait())
            raise TemporarilyUnavailable(f"The stock MLflow server did not start: {how}; see {self.log}.")

    def _after_request(self, process: StockProcess) -> None:
        if process.requests > 0:
            return
        if process.retired:
            self._end_soon(process)
        elif process is self._current:
            self._stop_timer()
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self.retire, process)

    def _end_soon(self, process: StockProcess) -> None:
        if not process.ending:
            process.ending = True
            task = asyncio.get_running_loop().create_task(self._end(process))
            self._endings.add(task)
            task.add_done_callback(self._endings.discard)

    async def _end(self, process: StockProcess) -> None:
        await process.end()
        self._processes.discard(process)

    def _stop_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _socket(self, number: int) -> Path:
        return self._folder / f"mlflow-{os.getpid()}-{number}.sock"


def _heard(start: "asyncio.Task[StockProcess]") -> None:
    """A start may fail when all who waited for it are gone; each of the others gets the error itself."""
    if not start.cancelled():
        start.exception()


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"
