"""The server's side of the data worker: started at the first need, ended when idle, started anew after a crash.

Each call has a connection of its own, so a call that is cancelled takes nothing with it, and a worker that is dead
refuses before a call was sent.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from brickyard.errors import (
    BrickyardError,
    InvalidParameterValue,
    LimitExceeded,
    MalformedRequest,
    TemporarilyUnavailable,
    WorkerFailed,
)
from brickyard.worker.frames import (
    HEADER,
    READY,
    Answer,
    call_frame,
    payload_length,
    read_answer,
    result_of,
)

COMMAND = (sys.executable, "-P", "-m", "brickyard.worker")
CALLS_AT_ONCE = 4
CALL_SECONDS = 60.0
START_SECONDS = 30.0
STOP_SECONDS = 10.0

MAX_SOCKET_PATH = 103
"""Bytes: the least that our systems take (108 with the closing zero on Linux, 104 on macOS)."""
MAX_LOG = 8 * 1024 * 1024

Result = TypeVar("Result")


@dataclass(eq=False, slots=True)
class _Process:
    """A worker process, and how many calls it has."""

    child: asyncio.subprocess.Process
    socket: Path
    calls: int = 0
    ending: bool = False


class DataWorker:
    """Runs tasks in the data worker's process.

    One object belongs to one event loop, whose `close` must be awaited before the loop ends.

    Args:
        folder: an existing folder for its sockets and its log, with a short path, that nobody else may enter.
        environment: the whole environment of the process.
        idle_s: seconds without a call until the process is ended.
        memory_mb: MiB that the process may hold; it ends when it needs more.
        command: what starts it; `--socket` and `--memory-mb` are added.
        stop_s: seconds that a process which shall end may take to finish its calls.

    Raises:
        InvalidParameterValue: the folder's path is too long for a socket.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environment: Mapping[str, str],
        idle_s: float,
        memory_mb: int,
        command: Sequence[str] = COMMAND,
        stop_s: float = STOP_SECONDS,
    ) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._idle_s = idle_s
        self._memory_mb = memory_mb
        self._command = tuple(command)
        self._stop_s = stop_s
        self._processes: set[_Process] = set()
        self._current: _Process | None = None
        self._starting = asyncio.Lock()
        self._slots = asyncio.Semaphore(CALLS_AT_ONCE)
        self._idle: asyncio.TimerHandle | None = None
        self._endings: set[asyncio.Task[None]] = set()
        self._starts = 0
        self._calls = 0
        self._closed = False
        if len(os.fsencode(self._socket(999_999))) > MAX_SOCKET_PATH:
            raise InvalidParameterValue(f"The folder {folder} has too long a path for the data worker's socket.")

    @property
    def pid(self) -> int | None:
        """The id of the process that gets the next call; None: there is none."""
        return None if self._current is None else self._current.child.pid

    @property
    def log(self) -> Path:
        """What the process writes for operators: the tracebacks of defects."""
        return self._folder / "data-worker.log"

    async def call(
        self,
        task: str,
        arguments: msgspec.Struct | Mapping[str, Any],
        result: type[Result],
        *,
        timeout_s: float = CALL_SECONDS,
    ) -> Result:
        """The task's result.

        Args:
            task: a name of `brickyard.worker.registry`.
            arguments: the fields of the task's arguments.
            result: the type to decode its result into; fields that the type lacks are ignored.
            timeout_s: seconds from here to the result, the start of the process included.

        Raises:
            The errors of `brickyard.errors` that the task raises.
            LimitExceeded: arguments or result are larger than a frame.
            WorkerFailed: the process ended while it had this call, or cannot be started. The call is not repeated
                here, because the task may have done its work; the next call finds a new process.
            TemporarilyUnavailable: not done in time, or the server is stopping. A process that is too slow gets no
                further call, and is ended when it has none.
        """
        self._calls += 1
        frame = call_frame(self._calls, task, arguments)
        process: _Process | None = None
        try:
            async with asyncio.timeout(timeout_s), self._slots:
                process, reader, writer = await self._connect()
                try:
                    answer = await self._exchange(process, task, frame, reader, writer)
                finally:
                    writer.close()
                    self._leave(process)
        except TimeoutError:
            if process is not None:
                self._retire(process)
            raise TemporarilyUnavailable(f"The data worker did not finish {task} within {timeout_s:g} s.") from None
        try:
            return result_of(answer, result)
        except WorkerFailed:
            self._retire(process)
            raise
        except MalformedRequest as error:
            raise BrickyardError(f"The data worker's result of {task} is not what was expected: {error}") from error

    async def close(self) -> None:
        """End the process once it has finished its calls, or after `stop_s`. Later calls are refused."""
        self._closed = True
        self._stop_timer()
        async with self._starting:
            self._current = None
            for process in tuple(self._processes):
                self._end_soon(process)
        while self._endings:
            await asyncio.gather(*self._endings)

    async def _exchange(
        self,
        process: _Process,
        task: str,
        frame: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> Answer:
        try:
            writer.write(frame)
            header = await reader.readexactly(HEADER.size)
            return read_answer(await reader.readexactly(payload_length(header)))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._retire(process)
            how = await _how_it_ended(process.child)
            raise WorkerFailed(f"The data worker ended while it had this request ({task}): {how}.") from None
        except (MalformedRequest, LimitExceeded) as error:
            self._retire(process)
            raise WorkerFailed(f"The data worker broke its protocol ({task}): {error.message}") from error

    async def _connect(self) -> tuple[_Process, asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the process, or to a new one where there is none or it is dead. Counts as a call of it."""
        async with self._starting:
            self._stop_timer()
            if self._closed:
                raise TemporarilyUnavailable("The server is stopping.")
            if (process := self._current) is not None:
                try:
                    return process, *await self._open(process)
                except OSError:
                    self._retire(process)
            process = self._current = await self._start()
            try:
                return process, *await self._open(process)
            except OSError as error:
                self._retire(process)
                raise WorkerFailed(f"The data worker ended as soon as it was started; see {self.log}.") from error

    async def _open(self, process: _Process) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        process.calls += 1
        try:
            return await asyncio.open_unix_connection(str(process.socket))
        except BaseException:  # reason: also when it is cancelled, the call is over
            self._leave(process)
            raise

    async def _start(self) -> _Process:
        self._starts += 1
        path = self._socket(self._starts)
        keeps_log = self.log.exists() and self.log.stat().st_size < MAX_LOG
        with self.log.open("ab" if keeps_log else "wb") as log:
            try:
                child = await asyncio.create_subprocess_exec(
                    *self._command,
                    *("--socket", str(path), "--memory-mb", str(self._memory_mb)),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=log,
                    env=self._environment,
                    start_new_session=True,  # Ctrl-C ends the server, which ends the worker in good order
                )
            except OSError as error:
                raise WorkerFailed(f"The data worker cannot be started: {error}") from error
        process = _Process(child, path)
        self._processes.add(process)
        try:
            await self._await_ready(child)
        except BaseException:  # reason: also when it is cancelled, nobody else knows the process
            self._end_soon(process)
            raise
        return process

    async def _await_ready(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        try:
            line = await asyncio.wait_for(child.stdout.readline(), START_SECONDS)
        except TimeoutError:
            raise WorkerFailed(f"The data worker did not start within {START_SECONDS:g} s; see {self.log}.") from None
        if line != READY:
            how = await _how_it_ended(child)
            raise WorkerFailed(f"The data worker did not start: {how}; see {self.log}.")

    def _leave(self, process: _Process) -> None:
        process.calls -= 1
        if process.calls == 0 and process is not self._current:
            self._end_soon(process)
        elif process.calls == 0:
            self._stop_timer()
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._retire, process)

    def _retire(self, process: _Process) -> None:
        """No further call for this process; it ends when it has none."""
        if process is self._current:
            self._current = None
        if process.calls == 0:
            self._end_soon(process)

    def _end_soon(self, process: _Process) -> None:
        if not process.ending:
            process.ending = True
            task = asyncio.get_running_loop().create_task(self._end(process))
            self._endings.add(task)
            task.add_done_callback(self._endings.discard)

    async def _end(self, process: _Process) -> None:
        child = process.child
        if child.returncode is None:
            # Not child.terminate(): that reaps a process that is dead already behind the event loop's back.
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(child.wait(), self._stop_s)
        except TimeoutError:
            child.kill()
            await child.wait()
        if child.stdin is not None:
            child.stdin.close()
        process.socket.unlink(missing_ok=True)
        self._processes.discard(process)

    def _stop_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _socket(self, number: int) -> Path:
        return self._folder / f"worker-{os.getpid()}-{number}.sock"


async def _how_it_ended(child: asyncio.subprocess.Process) -> str:
    try:
        code = await asyncio.wait_for(child.wait(), 2.0)
    except TimeoutError:
        return "it closed the connection"
    return f"exit code {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"
