"""Worker processes: forked by a zygote on order, told of by its events."""

import asyncio
import contextlib
import itertools
import signal
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

from brickyard.errors import TemporarilyUnavailable
from brickyard.scoring.frames import READY
from brickyard.scoring.orders import StartOrder, end_line, read_line, start_line
from brickyard.server.children.on_demand import ChildOnDemand
from brickyard.server.children.process import Child, Program
from brickyard.server.serving.workers.connection import Connection
from brickyard.server.serving.workers.failures import ModelLoadFailed

START_SECONDS = 120.0
STOP_SECONDS = 5.0
IDLE_SECONDS = 300.0


class WorkerProcess:
    """A worker that was ordered, and what is known of it.

    Attributes:
        pid: 0 until it is forked.
        connection: None until it is ready.
        seat: the number of its log.
        base_mb: MiB that it held for itself when it was ready.
    """

    def __init__(self, number: int, seat: int) -> None:
        loop = asyncio.get_running_loop()
        self.number = number
        self.seat = seat
        self.pid = 0
        self.base_mb = 0.0
        self.retired = False
        self.connection: Connection | None = None
        self.ready: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[int | None] = loop.create_future()
        self._control: Control | None = None

    def attach(self, control: "Control") -> None:
        self._control = control

    def hear(self, event: dict[str, Any]) -> None:
        """An event of the zygote's."""
        kind = event["event"]
        if kind == "forked":
            self.pid = event["pid"]
        elif kind == "ready" and not self.ready.done():
            self.ready.set_result(None)
        elif kind == "failed" and not self.ready.done():
            self.ready.set_exception(ModelLoadFailed(event["message"], event.get("missing")))
        elif kind == "ended":
            self.end_with(event["status"])

    def end_with(self, status: int | None) -> None:
        """It is dead. None: nobody knows how it ended."""
        if not self.ready.done():
            self.ready.set_exception(ModelLoadFailed(f"its process ended while it loaded the model: {how(status)}"))
        self.ready.exception() if not self.ready.cancelled() else None
        if not self.ended.done():
            self.ended.set_result(status)
        if self.connection is not None:
            self.connection.close()

    def end_soon(self, grace_s: float) -> None:
        """Ask it to stop, and kill it after so many seconds; 0: kill it."""
        if self._control is not None and not self.ended.done():
            self._control.send(end_line(self.number, grace_s))


class Control(asyncio.Protocol):
    """The connection on which a zygote gets orders and tells events.

    Args:
        lost: called once when it has ended.
    """

    def __init__(self, lost: Callable[[], None]) -> None:
        self.workers: dict[int, WorkerProcess] = {}
        self._lost = lost
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def send(self, line: bytes) -> None:
        if self._transport is not None:
            self._transport.write(line)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        *lines, self._held = (self._held + data).split(b"\n")
        for line in lines:
            event = read_line(line)
            worker = self.workers.get(event["worker"])
            if worker is not None:
                worker.hear(event)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        for worker in self.workers.values():
            worker.end_with(None)
        self._lost()


class Zygote:
    """Forks workers in one environment. Its process is started at the first need, and ended when it has none.

    Args:
        folder: an existing folder for sockets and log, with a short path, that nobody else may enter.
        name: what the names of its files begin with.
        command: what starts it.
        environment: the whole environment of the process.
        numbers: of workers, shared by all zygotes of a folder.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        command: tuple[str, ...],
        environment: Mapping[str, str],
        numbers: "itertools.count[int]",
    ) -> None:
        self._folder = folder
        self._numbers = numbers
        self._child = ChildOnDemand(
            Program(
                title="The process that model servers are forked from",
                folder=folder,
                name=name,
                command=command,
                environment=dict(environment),
                ready=READY,
                failure=TemporarilyUnavailable,
                start_s=START_SECONDS,
                stop_s=STOP_SECONDS,
            ),
            idle_s=IDLE_SECONDS,
        )
        self._controls: dict[Child, asyncio.Task[Control]] = {}
        self._keepers: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        return self._child.pid

    async def warm(self) -> None:
        """Start the process, so that the next worker is there at once.

        Raises:
            TemporarilyUnavailable: it cannot be started.
        """
        async with self._child.lease():
            return

    def stay_until(self, gone: asyncio.Event) -> None:
        """Keep the process although it has no workers: one that scaled to zero shall be back at once."""

        async def hold() -> None:
            async with self._child.lease():
                await gone.wait()

        self._hold(hold())

    async def start(
        self,
        *,
        model: Path,
        log: Path,
        seat: int,
        environment: Mapping[str, str],
        together: bool,
        memory_mb: int,
        load_s: float,
    ) -> WorkerProcess:
        """A worker that is connected and has loaded the model.

        Raises:
            ModelLoadFailed: it could not load it, or not in time.
            TemporarilyUnavailable: the zygote cannot be started, or the server is stopping.
        """
        async with AsyncExitStack() as stack:
            child = await stack.enter_async_context(self._child.lease())
            worker = WorkerProcess(next(self._numbers), seat)
            control = await self._control_of(child)
            control.workers[worker.number] = worker
            worker.attach(control)
            path = self._folder / f"w{worker.number}.sock"
            control.send(
                start_line(
                    StartOrder(
                        worker=worker.number,
                        socket=str(path),
                        model=str(model),
                        log=str(log),
                        environment=dict(environment),
                        together=together,
                        memory_mb=memory_mb,
                    )
                )
            )
            try:
                await asyncio.wait_for(asyncio.shield(worker.ready), load_s)
                loop = asyncio.get_running_loop()
                _, worker.connection = await loop.create_unix_connection(
                    lambda: Connection(lambda: worker.end_soon(0.0)), str(path)
                )
            except TimeoutError:
                worker.end_soon(0.0)
                raise ModelLoadFailed(f"it was not loaded within {load_s:g} s") from None
            except OSError as error:
                worker.end_soon(0.0)
                raise ModelLoadFailed(f"its process ended as soon as it was ready: {error}") from None
            except asyncio.CancelledError:
                worker.end_soon(0.0)
                raise
            finally:
                path.unlink(missing_ok=True)
                # From here on the worker's end is awaited, whether it serves or not.
                self._keep(stack.pop_all(), control, worker)
            return worker

    async def close(self) -> None:
        await self._child.close()
        if self._keepers:
            await asyncio.wait(self._keepers)

    def _keep(self, leases: AsyncExitStack, control: Control, worker: WorkerProcess) -> None:
        async def hold() -> None:
            async with leases:
                await worker.ended
                del control.workers[worker.number]

        self._hold(hold())

    def _hold(self, holding: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(holding)
        self._keepers.add(task)
        task.add_done_callback(self._keepers.discard)

    async def _control_of(self, child: Child) -> Control:
        if child not in self._controls:
            self._controls[child] = asyncio.get_running_loop().create_task(self._connect(child))
        try:
            return await asyncio.shield(self._controls[child])
        except OSError as error:
            self._child.retire(child)
            raise TemporarilyUnavailable(f"The process that model servers are forked from is gone: {error}") from error

    async def _connect(self, child: Child) -> Control:
        def lost() -> None:
            self._controls.pop(child, None)
            self._child.retire(child)
            # Without waiting for those who hold it: its end closes the lease of the workers that it has left behind.
            child.end_soon(STOP_SECONDS)

        try:
            _, control = await asyncio.get_running_loop().create_unix_connection(
                lambda: Control(lost), str(child.socket)
            )
        except OSError:
            self._controls.pop(child, None)
            raise
        return control


def how(status: int | None) -> str:
    """For a message: how a process ended."""
    if status is None:
        return "with the process that it was forked from"
    if status >= 0:
        return f"exit code {status}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"
