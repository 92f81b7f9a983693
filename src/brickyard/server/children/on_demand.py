"""A child process on demand: started by its first user, ended when idle, started anew after a crash."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from brickyard.errors import TemporarilyUnavailable
from brickyard.server.children.process import Child, Program, start


class ChildOnDemand:
    """Leases one child process to all who use it.

    One object belongs to one event loop, whose `close` must be awaited before the loop ends.

    Args:
        program: what to run.
        idle_s: seconds without a user until the process is ended.

    Raises:
        InvalidParameterValue: the program's folder has too long a path for a socket.
    """

    def __init__(self, program: Program, *, idle_s: float) -> None:
        program.check()
        self._program = program
        self._idle_s = idle_s
        self._current: Child | None = None
        self._start: asyncio.Task[Child] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._children: set[Child] = set()
        self._starts = 0
        self._closed = False

    @property
    def state(self) -> str:
        """ "stopped", "starting" or "running"."""
        if self._start is not None:
            return "starting"
        return "stopped" if self._current is None or self._current.is_dead else "running"

    @property
    def pid(self) -> int | None:
        """The id of the process that gets the next user; None: there is none."""
        return None if self._current is None else self._current.pid

    @property
    def log(self) -> Path:
        """What the process writes for operators."""
        return self._program.log

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Child]:
        """A process that has said that it listens, and that is not ended while the block runs.

        It may have died unheard: who cannot connect to it retires it and leases another.

        Raises:
            TemporarilyUnavailable: the server is stopping.
            The program's failure: the process cannot be started.
        """
        child = await self._running()
        while child.retired:
            child = await self._running()
        child.users += 1
        self._stop_timer()
        try:
            yield child
        finally:
            child.users -= 1
            self._after_use(child)

    def retire(self, child: Child) -> None:
        """No further user for this process; it ends when it has none."""
        child.retired = True
        if child is self._current:
            self._current = None
            self._stop_timer()
        self._after_use(child)

    async def close(self) -> None:
        """End the process: it may finish what it has, for the program's `stop_s` seconds. Later users are refused."""
        self._closed = True
        self._stop_timer()
        if self._start is not None:
            self._start.cancel()
            await asyncio.wait({self._start})
        self._current = None
        while self._children:
            await asyncio.gather(*(self._end_soon(child) for child in self._children))

    async def _running(self) -> Child:
        if self._closed:
            raise TemporarilyUnavailable("The server is stopping.")
        if self._current is not None:
            if not self._current.is_dead:
                return self._current
            self.retire(self._current)
        if self._start is None:
            self._start = asyncio.get_running_loop().create_task(self._begin())
            self._start.add_done_callback(_heard)
        # Shielded: a user that goes away must not take the start from the others who wait for it.
        return await asyncio.shield(self._start)

    async def _begin(self) -> Child:
        self._starts += 1
        try:
            child = await start(self._program, self._starts)
        except asyncio.CancelledError:
            raise TemporarilyUnavailable("The server is stopping.") from None
        finally:
            self._start = None
        self._children.add(child)
        self._current = child
        self._after_use(child)
        return child

    def _after_use(self, child: Child) -> None:
        if child.users > 0:
            return
        if child.retired:
            self._end_soon(child)
        elif child is self._current:
            self._stop_timer()
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self.retire, child)

    def _end_soon(self, child: Child) -> "asyncio.Task[None]":
        ending = child.end_soon(self._program.stop_s)
        ending.add_done_callback(lambda _: self._children.discard(child))
        return ending

    def _stop_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


def _heard(start: "asyncio.Task[Child]") -> None:
    """A start may fail when all who waited for it are gone; each of the others gets the error itself."""
    if not start.cancelled():
        start.exception()
