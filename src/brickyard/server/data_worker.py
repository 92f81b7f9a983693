"""The server's side of the data worker: its process on demand, and calls over its socket.

Each call has a connection of its own, so a call that is cancelled takes nothing with it, and a worker that is dead
refuses before a call was sent.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from brickyard.errors import BrickyardError, LimitExceeded, MalformedRequest, TemporarilyUnavailable, WorkerFailed
from brickyard.server.children.on_demand import ChildOnDemand
from brickyard.server.children.process import Child, Program
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

Result = TypeVar("Result")


class DataWorker:
    """Runs tasks in the data worker's process, which is started at the first need and ended when idle.

    One object belongs to one event loop, whose `close` must be awaited before the loop ends.

    Args:
        folder: an existing folder for its sockets and its log, with a short path, that nobody else may enter.
        environment: the whole environment of the process.
        idle_s: seconds without a call until the process is ended.
        memory_mb: MiB that the process may hold; it ends when it needs more.
        command: what starts it; `--memory-mb` and `--socket` are added.
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
        program = Program(
            title="The data worker",
            folder=folder,
            name="data-worker",
            command=(*command, "--memory-mb", str(memory_mb)),
            environment=dict(environment),
            ready=READY,
            failure=WorkerFailed,
            start_s=START_SECONDS,
            stop_s=stop_s,
        )
        self._process = ChildOnDemand(program, idle_s=idle_s)
        self._slots = asyncio.Semaphore(CALLS_AT_ONCE)
        self._calls = 0

    @property
    def pid(self) -> int | None:
        """The id of the process that gets the next call; None: there is none."""
        return self._process.pid

    @property
    def log(self) -> Path:
        """What the process writes for operators: the tracebacks of defects."""
        return self._process.log

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
        try:
            async with asyncio.timeout(timeout_s) as limit, self._slots:
                answered = await self._ask(task, frame, result, limit)
                if answered is None:
                    answered = await self._ask(task, frame, result, limit)
        except TimeoutError:
            raise TemporarilyUnavailable(f"The data worker did not finish {task} within {timeout_s:g} s.") from None
        if answered is None:
            raise WorkerFailed(f"The data worker ended as soon as it was started; see {self.log}.")
        return answered[0]

    async def close(self) -> None:
        """End the process once it has finished its calls, or after `stop_s`. Later calls are refused."""
        await self._process.close()

    async def _ask(self, task: str, frame: bytes, result: type[Result], limit: asyncio.Timeout) -> tuple[Result] | None:
        """The result, alone in a tuple; None: the process is dead, so nothing was sent, and it gets no other call."""
        async with self._process.lease() as process:
            try:
                reader, writer = await asyncio.open_unix_connection(str(process.socket))
            except OSError:
                self._process.retire(process)
                return None
            try:
                with closing(writer):
                    answer = await _exchange(process, task, frame, reader, writer)
                return (result_of(answer, result),)
            except asyncio.CancelledError:
                if limit.expired():
                    self._process.retire(process)
                raise
            except WorkerFailed:
                self._process.retire(process)
                raise
            except MalformedRequest as error:
                raise BrickyardError(f"The data worker's result of {task} is not what was expected: {error}") from error


async def _exchange(
    process: Child, task: str, frame: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Answer:
    """
    Raises:
        WorkerFailed: the process ended while it had this call, or broke the protocol.
    """
    try:
        writer.write(frame)
        header = await reader.readexactly(HEADER.size)
        return read_answer(await reader.readexactly(payload_length(header)))
    except (asyncio.IncompleteReadError, ConnectionError):
        how = await process.how_it_ended()
        raise WorkerFailed(f"The data worker ended while it had this request ({task}): {how}.") from None
    except (MalformedRequest, LimitExceeded) as error:
        raise WorkerFailed(f"The data worker broke its protocol ({task}): {error.message}") from error
