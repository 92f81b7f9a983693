"""The worker processes of one served entity: started, restarted, replaced, put to sleep."""

import asyncio
import contextlib
import os
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from brickyard.errors import BrickyardError, TemporarilyUnavailable
from brickyard.server.serving.workers import memory
from brickyard.server.serving.workers.specs import UNITS_PER_WORKER, Limits, WorkerSpec
from brickyard.server.serving.workers.zygotes import WorkerProcess, how

CRASH_WINDOW_S = 60.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
LAST_WORDS_S = 2.0


class Crew:
    """Keeps as many worker processes as the served entity shall have.

    Attributes:
        message: one line for people.
        restarts: of processes that had ended or grown.
        gone: set when it was closed and its processes have ended.
    """

    def __init__(
        self, spec: WorkerSpec, limits: Limits, start_worker: Callable[[int], Awaitable[WorkerProcess]]
    ) -> None:
        self.message = "Starting."
        self.restarts = 0
        self.gone = asyncio.Event()
        self._limits = limits
        self._start_worker = start_worker
        self._size = max(1, min(spec.units // UNITS_PER_WORKER, os.cpu_count() or 1))
        self._all: set[WorkerProcess] = set()
        self._crashes: deque[float] = deque(maxlen=16)
        self._filling: asyncio.Task[None] | None = None
        self._watchers: set[asyncio.Task[None]] = set()
        self._asleep = False
        self._closed = False

    @property
    def workers(self) -> list[WorkerProcess]:
        """Those that take requests."""
        return [worker for worker in self._all if not worker.retired]

    def best(self) -> WorkerProcess | None:
        """The worker with the fewest requests; None: there is none at the moment."""
        workers = self.workers
        if len(workers) == 1:
            return workers[0]
        return min(workers, key=lambda worker: worker.connection.pending if worker.connection else 0, default=None)

    async def fill(self) -> None:
        """Start the workers that are missing.

        Raises:
            ModelLoadFailed: the model cannot be loaded.
            TemporarilyUnavailable: no process can be started, or the server is stopping.
        """
        missing = self._size - len(self.workers)
        try:
            await asyncio.gather(*(self._begin() for _ in range(missing)))
        except BrickyardError as error:
            self.message = f"The model cannot be loaded: {error.message}"
            raise
        self._asleep = False
        self.message = f"Serving by pyfunc with {self._size} process{'es' if self._size > 1 else ''}."

    async def wait(self) -> None:
        """Until there is a worker.

        Raises:
            TemporarilyUnavailable: it could not be started.
        """
        if self._closed:
            raise TemporarilyUnavailable("The model server is being stopped.")
        filling = self._refill()
        await asyncio.wait({filling})
        if not self.workers:
            raise TemporarilyUnavailable(self.message)

    async def epitaph(self, worker: WorkerProcess) -> str:
        """A message about a worker that died."""
        status: int | None = None
        with contextlib.suppress(TimeoutError):
            status = await asyncio.wait_for(asyncio.shield(worker.ended), LAST_WORDS_S)
        return f"The model's process ended while it computed this request ({how(status)}); its log may tell why."

    def end_silent(self, seconds: float) -> None:
        """Kill the workers that have requests and were not heard of for so long: they hang."""
        for worker in self.workers:
            if worker.connection is not None and worker.connection.silent_s >= seconds * 0.95:
                worker.retired = True
                worker.end_soon(0.0)

    def sleep(self) -> None:
        """End all workers, until there is a request."""
        self._asleep = True
        self.message = "Scaled to zero; the next request starts it."
        for worker in self.workers:
            self._retire(worker)

    async def replace_grown(self) -> None:
        """Start another worker for one that holds much more than when it was ready, and end that when it is idle."""
        for worker in self.workers:
            held = await asyncio.to_thread(memory.private_mb, worker.pid)
            if worker.base_mb and held > worker.base_mb + self._limits.growth_mb and not self._closed:
                self.restarts += 1
                with contextlib.suppress(BrickyardError):
                    await self._begin()
                    self._retire(worker)

    async def close(self) -> None:
        """End all workers."""
        self._closed = True
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.wait({self._filling})
        for worker in list(self._all):
            worker.retired = True
            worker.end_soon(self._limits.stop_s)
        if self._watchers:
            await asyncio.wait(self._watchers)
        self.message = "Stopped."
        self.gone.set()

    def _retire(self, worker: WorkerProcess) -> None:
        """No further request for this worker; it ends when it has answered those that it has."""
        worker.retired = True

        async def end() -> None:
            limit = time.monotonic() + self._limits.request_s
            while worker.connection is not None and worker.connection.pending and time.monotonic() < limit:
                await asyncio.sleep(0.05)
            worker.end_soon(self._limits.stop_s)

        self._keep(end())

    async def _begin(self) -> None:
        taken = {worker.seat for worker in self._all}
        seat = next(number for number in range(len(taken) + 1) if number not in taken)
        worker = await self._start_worker(seat)
        if self._closed:
            worker.end_soon(0.0)
            raise TemporarilyUnavailable("The model server is being stopped.")
        self._all.add(worker)
        self._keep(self._mourn(worker))
        worker.base_mb = await asyncio.to_thread(memory.private_mb, worker.pid)

    async def _mourn(self, worker: WorkerProcess) -> None:
        status = await worker.ended
        crashed = not worker.retired
        worker.retired = True
        self._all.discard(worker)
        if crashed or (not self._asleep and not self._closed and len(self.workers) < self._size):
            self._crashes.append(time.monotonic())
            self.restarts += 1
            self.message = f"Restarting: the process ended ({how(status)})."
            if not self._closed:
                self._refill()

    def _refill(self) -> "asyncio.Task[None]":
        if self._filling is None or self._filling.done():
            self._filling = asyncio.get_running_loop().create_task(self._fill_again())
        return self._filling

    async def _fill_again(self) -> None:
        await asyncio.sleep(self._pause())
        try:
            await self.fill()
        except BrickyardError:
            # The message tells; the next request tries again, after a pause.
            self._crashes.append(time.monotonic())

    def _pause(self) -> float:
        """Seconds to the next start: none after one crash, longer after each further one in a minute."""
        now = time.monotonic()
        recent = sum(1 for moment in self._crashes if now - moment < CRASH_WINDOW_S)
        return 0.0 if recent <= 1 else min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (recent - 2))

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._watchers.add(task)
        task.add_done_callback(self._watchers.discard)
