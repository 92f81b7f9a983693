"""`python -m brickyard.scoring.zygote --socket PATH`: has imported what models need, and forks a worker per order.

A fork takes milliseconds where an import takes seconds, and shares the memory of what was imported. The zygote is one
thread, which is asserted before each fork: locks that other threads hold would stay locked in the child for ever. It
keeps the workers' logs, so that the last words of one that dies are kept as well. It ends with its standard input.
"""

import argparse
import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brickyard.scoring.frames import READY
from brickyard.scoring.orders import StartOrder, event_line, read_line
from brickyard.scoring.rotating import RotatingLog
from brickyard.settings import live_environment

NEEDED = ("brickyard.scoring.worker",)
LIKELY = (
    "mlflow.sklearn",
    "mlflow.pyfunc.model",
    "sklearn.compose",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "sklearn.tree",
    "skops.io",
    "cloudpickle",
    "pyarrow",
    "lightgbm",
    "xgboost",
)
"""Imported if they are installed. Those that start threads when imported must not be here."""
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
SERVING_ENVIRONMENT = {"_MLFLOW_IS_IN_SERVING_ENVIRONMENT": "true"}
CHUNK = 64 * 1024
EXIT_LOAD_FAILED = 3
DRAIN_SECONDS = 0.2


@dataclass
class Forked:
    """A worker process, as the zygote knows it."""

    worker: int
    pid: int
    log: RotatingLog
    output: int
    status: int
    kill_at: float | None = None
    closed: bool = False


class Zygote:
    """Listens for orders, forks, reaps, keeps logs.

    Args:
        listener: where the server connects; one connection at a time.
    """

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._control: socket.socket | None = None
        self._held = b""
        self._workers: dict[int, Forked] = {}
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        self._leased = True

    def run(self) -> None:
        """Until standard input closes; then all workers are killed: their server is gone."""
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        signal.set_wakeup_fd(self._wake_write)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._stop())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._watch(self._listener, self._accept)
        self._watch(self._wake_read, self._reap)
        self._watch(0, self._read_lease)
        while self._leased:
            for key, _ in self._selector.select(self._pause()):
                key.data()
            self._kill_overdue()
        for forked in self._workers.values():
            _kill(forked.pid, signal.SIGKILL)

    def _watch(self, source: Any, act: Callable[[], None]) -> None:
        self._selector.register(source, selectors.EVENT_READ, act)

    def _stop(self) -> None:
        self._leased = False

    def _read_lease(self) -> None:
        if not os.read(0, 4096):
            self._stop()

    def _accept(self) -> None:
        peer, _ = self._listener.accept()
        if self._control is not None:
            self._hang_up(self._control)
        self._control, self._held = peer, b""
        self._watch(peer, lambda: self._read_orders(peer))

    def _hang_up(self, peer: socket.socket) -> None:
        self._selector.unregister(peer)
        peer.close()
        self._control = None

    def _read_orders(self, peer: socket.socket) -> None:
        try:
            data = peer.recv(CHUNK)
        except OSError:
            data = b""
        if not data:
            self._hang_up(peer)
            return
        *lines, self._held = (self._held + data).split(b"\n")
        for line in lines:
            self._obey(read_line(line))

    def _obey(self, order: dict[str, Any]) -> None:
        kind = order.pop("order")
        if kind == "start":
            self._start(StartOrder(**order))
        elif kind == "end" and (forked := self._workers.get(order["worker"])) is not None:
            _kill(forked.pid, signal.SIGTERM if order["grace_s"] > 0 else signal.SIGKILL)
            forked.kill_at = time.monotonic() + order["grace_s"]

    def _start(self, order: StartOrder) -> None:
        threads = _threads()
        if threads != 1:
            self._tell("failed", order.worker, message=f"The zygote has {threads} threads and cannot fork.")
            self._tell("ended", order.worker, status=EXIT_LOAD_FAILED)
            return
        log = RotatingLog(Path(order.log))
        output_read, output_write = os.pipe()
        status_read, status_write = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._become_worker(order, output_write, status_write)
        # Here too: it may be killed before it has come so far itself.
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)
        os.close(output_write)
        os.close(status_write)
        os.set_blocking(output_read, False)
        forked = Forked(order.worker, pid, log, output_read, status_read)
        self._workers[order.worker] = forked
        self._watch(output_read, lambda: self._copy_output(forked))
        self._watch(status_read, lambda: self._read_status(forked))
        self._tell("forked", order.worker, pid=pid)

    def _become_worker(self, order: StartOrder, output: int, status: int) -> None:
        """Never returns."""
        code = EXIT_LOAD_FAILED
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            os.dup2(output, 1)
            os.dup2(output, 2)
            self._close_all_but(status)
            # The zygote's own buffers are copies here: the model's lines shall come one by one.
            sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
            live_environment().update(order.environment)
            run_worker(order, status)
        except BaseException:  # reason: the process's edge; nothing may get back into the zygote's loop
            traceback.print_exc()
        finally:
            os._exit(code)

    def _close_all_but(self, status: int) -> None:
        """The worker holds nothing of the zygote's: sockets of the dead would stay open."""
        self._selector.close()
        self._listener.close()
        if self._control is not None:
            self._control.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
        for other in self._workers.values():
            os.close(other.output)
            os.close(other.status)
            other.log.close()
        if status < 3:
            raise OSError("standard streams are closed")

    def _copy_output(self, forked: Forked) -> None:
        if forked.closed:  # reaped by an event of the same round
            return
        data = _read(forked.output, CHUNK)
        if data:
            forked.log.write(data)
        elif data is not None:
            self._selector.unregister(forked.output)

    def _read_status(self, forked: Forked) -> None:
        if forked.closed:
            return
        data = os.read(forked.status, CHUNK)
        self._selector.unregister(forked.status)
        # Who hears that it failed finds the reason in its log.
        self._drain_output(forked)
        if data:
            # The worker's own event, as it stands.
            self._send(data)

    def _drain_output(self, forked: Forked) -> None:
        """What is in the pipe now; a process that it has left behind may write on without end."""
        end = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < end and (data := _read(forked.output, CHUNK)):
            forked.log.write(data)

    def _reap(self) -> None:
        while _read(self._wake_read, 512):
            pass
        for forked in list(self._workers.values()):
            pid, status = os.waitpid(forked.pid, os.WNOHANG)
            if pid:
                self._forget(forked, os.waitstatus_to_exitcode(status))

    def _forget(self, forked: Forked, code: int) -> None:
        watched = self._selector.get_map()
        if forked.status in watched:
            self._read_status(forked)
        self._drain_output(forked)
        if forked.output in watched:
            self._selector.unregister(forked.output)
        os.close(forked.output)
        os.close(forked.status)
        forked.closed = True
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        forked.log.write(f"--- the process {forked.pid} ended: {how}\n".encode())
        forked.log.close()
        # What the model has started ends with it.
        _kill(forked.pid, signal.SIGKILL)
        del self._workers[forked.worker]
        self._tell("ended", forked.worker, status=code)

    def _pause(self) -> float | None:
        ends = [forked.kill_at for forked in self._workers.values() if forked.kill_at is not None]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for forked in self._workers.values():
            if forked.kill_at is not None and forked.kill_at <= now:
                _kill(forked.pid, signal.SIGKILL)
                forked.kill_at = None

    def _tell(self, event: str, worker: int, **facts: Any) -> None:
        self._send(event_line(event, worker, **facts))

    def _send(self, line: bytes) -> None:
        if self._control is not None:
            try:
                self._control.sendall(line)
            except OSError:
                self._hang_up(self._control)


def run_worker(order: StartOrder, status: int) -> None:
    """Be this worker. What cannot be loaded is told on `status`."""
    worker = importlib.import_module("brickyard.scoring.worker")
    options = worker.WorkerOptions(
        socket=order.socket, model=order.model, together=order.together, memory_mb=order.memory_mb
    )
    is_ready = False
    start = time.monotonic()

    def ready() -> None:
        nonlocal is_ready
        is_ready = True
        os.write(status, event_line("ready", order.worker, seconds=time.monotonic() - start))
        os.close(status)

    try:
        worker.serve(options, ready)
    except BaseException as error:  # reason: a model is code, and may raise anything when it is loaded
        if not is_ready:
            traceback.print_exc()
            sys.stderr.flush()
            text = f"{type(error).__name__}: {error}"[:2000]
            missing = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
            os.write(status, event_line("failed", order.worker, message=text, missing=missing))
            os._exit(EXIT_LOAD_FAILED)
        raise


def load_libraries() -> None:
    """Import what models are likely to need."""
    for name in NEEDED:
        importlib.import_module(name)
    for name in LIKELY:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def _threads() -> int:
    """Of this process, those of native libraries too where the system tells."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1


def _read(descriptor: int, size: int) -> bytes | None:
    """None: there is nothing at the moment; empty: nothing will come any more."""
    try:
        return os.read(descriptor, size)
    except BlockingIOError:
        return None


def _kill(leader: int, number: signal.Signals) -> None:
    """Signal a worker and what it has started."""
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m brickyard.scoring.zygote")
    parser.add_argument("--socket", type=Path, required=True, help="path of the Unix socket to make and listen on")
    path = parser.parse_args().socket
    live_environment().update({**ENVIRONMENT, **SERVING_ENVIRONMENT})
    load_libraries()
    # Collections in the workers shall not walk through what was imported: each page they touch is no longer shared.
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        mask = os.umask(0o177)
        listener.bind(str(path))
        os.umask(mask)
        listener.listen(4)
        os.write(1, READY)
        os.dup2(2, 1)
        Zygote(listener).run()


if __name__ == "__main__":
    main()
