"""One child process: from its start to its end."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from brickyard.errors import BrickyardError, InvalidParameterValue

MAX_SOCKET_PATH = 103
"""Bytes: the least that our systems take (108 with the closing zero on Linux, 104 on macOS)."""
MAX_LOG = 8 * 1024 * 1024
"""Bytes after which a log is begun anew by the next start."""
LAST_WORDS_S = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """What a child process runs, where, and what it is called.

    Attributes:
        title: the subject of messages, as "The data worker".
        folder: an existing folder for sockets and log, with a short path, that nobody else may enter. The process works
            in it.
        name: what the names of its files begin with.
        command: what starts it; `--socket PATH` is added.
        environment: the whole environment of the process.
        ready: the line that it writes to standard output once it listens.
        failure: what is raised when it cannot be started.
        start_s: seconds until that line.
        stop_s: seconds from SIGTERM until it is killed.
    """

    title: str
    folder: Path
    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ready: bytes
    failure: type[BrickyardError]
    start_s: float
    stop_s: float

    @property
    def log(self) -> Path:
        """What the process writes for operators."""
        return self.folder / f"{self.name}.log"

    def socket(self, number: int) -> Path:
        """Where the process of this number listens."""
        return self.folder / f"{self.name}-{os.getpid()}-{number}.sock"

    def check(self) -> None:
        """
        Raises:
            InvalidParameterValue: the folder's path is too long for a socket.
        """
        if len(os.fsencode(self.socket(999_999))) > MAX_SOCKET_PATH:
            raise InvalidParameterValue(f"The folder {self.folder} has too long a path for sockets of {self.name}.")


class Child:
    """A process that was started, and how many use it.

    Args:
        process: with pipes for its standard input and output.
        socket: where it listens.
    """

    def __init__(self, process: asyncio.subprocess.Process, socket: Path) -> None:
        self.socket = socket
        self.users = 0
        self.retired = False
        self._process = process
        self._ending: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_dead(self) -> bool:
        """Whether its end has been heard of; that of a process which was just killed may not have been yet."""
        return self._process.returncode is not None

    async def first_line(self) -> bytes:
        """Of its standard output."""
        assert self._process.stdout is not None
        return await self._process.stdout.readline()

    async def how_it_ended(self) -> str:
        """For a message: the exit code or the signal, where it has ended."""
        try:
            code = await asyncio.wait_for(self._process.wait(), LAST_WORDS_S)
        except TimeoutError:
            return "it closed the connection"
        return f"exit code {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"

    def end_soon(self, stop_s: float) -> "asyncio.Task[None]":
        """Ask it to stop, and kill it when it does not within `stop_s` seconds. The task is done when it has ended."""
        if self._ending is None:
            self._ending = asyncio.get_running_loop().create_task(self._end(stop_s))
        return self._ending

    async def _end(self, stop_s: float) -> None:
        process = self._process
        if process.returncode is None:
            # Not process.terminate(): that reaps a process that is dead already behind the event loop's back.
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), stop_s)
        except TimeoutError:
            process.kill()
            await process.wait()
        if process.stdin is not None:
            process.stdin.close()
        self.socket.unlink(missing_ok=True)


async def start(program: Program, number: int) -> Child:
    """A process that listens on `program.socket(number)`. One that does not come so far is ended.

    Raises:
        program.failure: it cannot be started, ended at once, or was not ready in time.
    """
    keeps_log = program.log.exists() and program.log.stat().st_size < MAX_LOG
    path = program.socket(number)
    with program.log.open("ab" if keeps_log else "wb") as log:
        try:
            process = await asyncio.create_subprocess_exec(
                *(*program.command, "--socket", str(path)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env=program.environment,
                cwd=program.folder,
                start_new_session=True,  # Ctrl-C ends the server, which ends its children in good order
            )
        except OSError as error:
            raise program.failure(f"{program.title} cannot be started: {error}") from error
    child = Child(process, path)
    try:
        await _await_ready(child, program)
    except BaseException:  # reason: also when it is cancelled, nobody else knows the process
        await asyncio.shield(child.end_soon(program.stop_s))
        raise
    return child


async def _await_ready(child: Child, program: Program) -> None:
    try:
        line = await asyncio.wait_for(child.first_line(), program.start_s)
    except TimeoutError:
        raise program.failure(
            f"{program.title} did not start within {program.start_s:g} s; see {program.log}."
        ) from None
    if line != program.ready:
        raise program.failure(f"{program.title} did not start: {await child.how_it_ended()}; see {program.log}.")
