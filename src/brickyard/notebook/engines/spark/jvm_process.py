"""A JVM under a keeper: its start, its words, its end."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

STOP_SECONDS = 15.0
LAST_LINES = 40
READY = b"ready "


class Jvm:
    """A running JVM of the plugin's main class. What it writes goes to the log."""

    def __init__(self, process: asyncio.subprocess.Process, log: logging.Logger) -> None:
        self._process = process
        self._log = log
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._errors = asyncio.create_task(self._copy_errors())
        self._output: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: logging.Logger
    ) -> Self:
        """
        Raises:
            OSError: the program cannot be run.
        """
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, cwd=folder, start_new_session=True
        )
        return cls(process, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def last_words(self) -> str:
        """What it wrote last."""
        return "\n".join(self._last) or "it wrote nothing"

    async def ready(self) -> int | None:
        """The port on which it answers; None: it ended first."""
        assert self._process.stdout is not None
        while line := await _line(self._process.stdout):
            if line.startswith(READY):
                self._output = asyncio.create_task(self._copy(self._process.stdout))
                return int(line.removeprefix(READY))
            self._note(line)
        return None

    async def wait(self) -> int:
        """Its exit status, when it has ended and all that it wrote is in the log."""
        code = await self._process.wait()
        await self._errors
        return code

    def close_session(self, user: str, session: str) -> None:
        """Close a session of a user that is gone, if it is still open."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(f"close {user} {session}\n".encode())

    async def stop(self) -> None:
        """End it: politely, so that it removes its files, then by force."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def _copy_errors(self) -> None:
        assert self._process.stderr is not None
        await self._copy(self._process.stderr)

    async def _copy(self, stream: asyncio.StreamReader) -> None:
        while line := await _line(stream):
            self._note(line)

    def _note(self, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if text:
            self._last.append(text)
            self._log.info("%s", text)


async def _line(stream: asyncio.StreamReader) -> bytes:
    """The next line, or a part of a very long one; empty at the end."""
    try:
        return await stream.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    except asyncio.LimitOverrunError as error:
        return await stream.readexactly(error.consumed)
