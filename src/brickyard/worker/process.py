"""The worker's process: its socket, its signals, its limits, its end."""

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brickyard.errors import InvalidParameterValue, WorkerFailed
from brickyard.worker.frames import READY
from brickyard.worker.memory import prefer_for_out_of_memory, watch_memory
from brickyard.worker.service import Service
from brickyard.worker.tasks import Task

BACKLOG = 64
EXIT_MEMORY = 3
EXIT_ORPHANED = 4
ORPHAN_SECONDS = 10.0
"""How long calls may go on after the parent is gone: long enough for a commit that has begun."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the command line says."""

    socket: Path
    memory_mb: int


def parse(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(
        prog="python -m brickyard.worker",
        description="The data worker of a Brickyard server. It ends when its standard input closes, or by SIGTERM.",
    )
    parser.add_argument("--socket", type=Path, required=True, help="path of the Unix socket to make and listen on")
    parser.add_argument("--memory-mb", type=int, default=4096, help="memory that it may hold, in MiB")
    found = parser.parse_args(arguments)
    return Options(socket=found.socket, memory_mb=found.memory_mb)


def run(options: Options, find: Callable[[str], Task[Any]]) -> None:
    """Serve until SIGTERM, SIGINT or the end of standard input; then finish the calls that have come.

    Raises:
        InvalidParameterValue: the socket cannot be made; tells why.
    """
    prefer_for_out_of_memory()
    with _listening(options.socket) as listener:
        service = Service(listener, find)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: service.stop())
        threading.Thread(target=_await_parent, args=(service,), name="parent", daemon=True).start()
        watch_memory(options.memory_mb, lambda used: _give_up(service, used, options.memory_mb))
        os.write(1, READY)
        # From here on standard output is the log, as standard error is: nobody reads the pipe any more.
        os.dup2(2, 1)
        service.run()


def leave(status: int) -> None:
    """End the process at once: the threads of native libraries can crash in the interpreter's own clean-up."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


@contextmanager
def _listening(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        mask = os.umask(0o177)
        try:
            path.unlink(missing_ok=True)
            listener.bind(str(path))
        except OSError as error:
            raise InvalidParameterValue(f"--socket {path} cannot be made: {error}") from error
        finally:
            os.umask(mask)
        listener.listen(BACKLOG)
        try:
            yield listener
        finally:
            path.unlink(missing_ok=True)


def _await_parent(service: Service) -> None:
    """Standard input is the parent's lease: the kernel closes it when the parent ends, however that comes."""
    while os.read(0, 4096):
        pass
    threading.Timer(ORPHAN_SECONDS, leave, (EXIT_ORPHANED,)).start()
    service.stop()


def _give_up(service: Service, used_mb: int, limit_mb: int) -> None:
    service.fail_all(
        WorkerFailed(
            f"The data worker needed {used_mb} MiB of memory; {limit_mb} are allowed. "
            "Ask for fewer rows or columns, or raise BRICKYARD_WORKER_MEMORY_MB."
        )
    )
    leave(EXIT_MEMORY)
