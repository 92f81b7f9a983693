"""One served entity: its queue in front of its worker processes."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from brickyard.errors import BrickyardError, TemporarilyUnavailable
from brickyard.server.serving.workers import memory
from brickyard.server.serving.workers.crew import Crew
from brickyard.server.serving.workers.failures import ModelServerFailed, NotBegun, QueueFull, ScoringTimedOut
from brickyard.server.serving.workers.figures import Counts, Figures
from brickyard.server.serving.workers.logs import Logs
from brickyard.server.serving.workers.specs import REQUESTS_PER_UNIT, Answer, Limits, WorkerSpec
from brickyard.server.serving.workers.zygotes import WorkerProcess

StartWorker = Callable[[int], Awaitable[WorkerProcess]]
FAILED_STATUS = {ScoringTimedOut: 504, TemporarilyUnavailable: 503}


class ModelServer:
    """Answers requests for one served entity. Belongs to one event loop.

    At most 64 requests for each unit of concurrency are with the processes; as many more may wait here.

    Args:
        start_worker: starts a process in the seat of this number.
        ended: called once when it was drained.
    """

    def __init__(
        self, spec: WorkerSpec, limits: Limits, logs: Logs, start_worker: StartWorker, ended: Callable[[], None]
    ) -> None:
        self.spec = spec
        self._limits = limits
        self._logs = logs
        self._ended = ended
        self._counts = Counts()
        self._in_flight = REQUESTS_PER_UNIT * spec.units
        self._slots = asyncio.Semaphore(self._in_flight)
        self._waiting = 0
        self._used = time.monotonic()
        self._draining = False
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._crew = Crew(spec, limits, start_worker)
        self._watch: asyncio.Task[None] | None = None

    @property
    def state_message(self) -> str:
        """One line for people: whether and how it serves."""
        return "Draining." if self._draining else self._crew.message

    @property
    def gone(self) -> asyncio.Event:
        """Set when it was drained or closed, and its processes have ended."""
        return self._crew.gone

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes that serve now."""
        return tuple(worker.pid for worker in self._crew.workers)

    async def open(self) -> None:
        """Returns when all its processes answer.

        Raises:
            ModelLoadFailed: the model cannot be loaded.
        """
        await self._crew.fill()
        self._watch = asyncio.get_running_loop().create_task(self._look_after())

    async def score(self, body: bytes, content_type: str) -> Answer:
        """The model server's answer, which may be an error that it words itself.

        Raises:
            QueueFull: too many requests wait already.
            ScoringTimedOut: no answer in time.
            ModelServerFailed: the process ended while it computed this request.
            TemporarilyUnavailable: it is drained, or its model cannot be loaded any more.
        """
        if self._draining:
            raise TemporarilyUnavailable("The model server is being stopped.")
        if self._waiting >= 2 * self._in_flight:
            raise QueueFull(
                "Too many concurrent requests. Consider increasing the provisioned concurrency of the served entity "
                f"{self.spec.served_entity}, or send fewer at once: {self._waiting} wait.",
                self._seconds_to_wait(),
            )
        self._waiting += 1
        self._quiet.clear()
        start = time.monotonic()
        status = 500
        try:
            answer = await self._ask(body, content_type)
            status = answer.status
            return answer
        except BrickyardError as error:
            status = FAILED_STATUS.get(type(error), 500)
            raise
        finally:
            self._used = time.monotonic()
            self._counts.note(status, self._used - start)
            self._waiting -= 1
            if not self._waiting:
                self._quiet.set()

    async def drain(self) -> None:
        """Answer what has come, refuse what comes, and end the processes."""
        if self._draining:
            await self._crew.gone.wait()
            return
        self._draining = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), self._limits.request_s)
        await self.close()

    async def close(self) -> None:
        """End the processes at once."""
        self._draining = True
        if self._watch is not None:
            self._watch.cancel()
        await self._crew.close()
        self._ended()

    def logs(self) -> str:
        """The end of what the model's processes have written."""
        return self._logs.read_model()

    def build_log(self) -> str:
        """What was done until the model served."""
        return self._logs.read_build()

    def figures(self) -> Figures:
        counts = self._counts
        return Figures(
            requests=counts.requests,
            errors_4xx=counts.errors_4xx,
            errors_5xx=counts.errors_5xx,
            latency_counts=tuple(counts.latency_counts),
            latency_sum_s=counts.latency_sum_s,
            waiting=self._waiting,
            processes=len(self.pids),
            cpu_seconds=sum(map(memory.cpu_seconds, self.pids)),
            memory_bytes=int(sum(map(memory.private_mb, self.pids)) * memory.MIB),
            restarts=self._crew.restarts,
        )

    async def _ask(self, body: bytes, content_type: str) -> Answer:
        try:
            async with asyncio.timeout(self._limits.request_s), self._slots:
                while True:
                    worker = self._crew.best()
                    if worker is None or worker.connection is None:
                        await self._crew.wait()
                        continue
                    try:
                        return await worker.connection.ask(body, content_type)
                    except NotBegun:
                        worker.retired = True
                        # The end of the process is heard of a moment after that of its connection.
                        await asyncio.sleep(0)
                    except ModelServerFailed:
                        raise ModelServerFailed(await self._crew.epitaph(worker)) from None
        except TimeoutError:
            self._crew.end_silent(self._limits.request_s)
            raise ScoringTimedOut(
                f"The served entity {self.spec.served_entity} did not answer within {self._limits.request_s:g} s."
            ) from None

    async def _look_after(self) -> None:
        """Scale to zero when idle, replace what has grown."""
        while True:
            await asyncio.sleep(self._limits.check_s)
            idle = not self._waiting and time.monotonic() - self._used > self._limits.idle_s
            if idle and self.spec.scale_to_zero:
                self._crew.sleep()
            else:
                await self._crew.replace_grown()

    def _seconds_to_wait(self) -> int:
        counts = self._counts
        return max(1, min(30, round(counts.latency_sum_s / counts.requests))) if counts.requests else 1
