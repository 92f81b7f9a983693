"""Real worker processes, spoken to over their sockets."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brickyard.worker.frames import HEADER, READY, Answer, call_frame, payload_length, read_answer
from tests.worker import hazards

WORKER = (sys.executable, "-P", "-m", "brickyard.worker")


@dataclass(frozen=True)
class Worker:
    """A process that listens."""

    child: "subprocess.Popen[bytes]"
    path: Path
    log: Path

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(20)
            peer.connect(str(self.path))
            yield peer

    def call(self, task: str, **arguments: Any) -> Answer:
        with self.connected() as peer:
            send(peer, task, arguments)
            return receive(peer)


def send(peer: socket.socket, task: str, arguments: Mapping[str, Any], number: int = 1) -> None:
    peer.sendall(call_frame(number, task, arguments))


def receive(peer: socket.socket) -> Answer:
    return read_answer(_exactly(peer, payload_length(_exactly(peer, HEADER.size))))


def _exactly(peer: socket.socket, length: int) -> bytes:
    data = bytearray(length)
    rest = memoryview(data)
    while rest:
        count = peer.recv_into(rest)
        if not count:
            raise EOFError
        rest = rest[count:]
    return bytes(data)


@contextmanager
def worker(command: Sequence[str] = hazards.COMMAND, *options: str) -> Iterator[Worker]:
    """A worker that is ready; killed at the end if the test has not ended it."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path, log = Path(folder, "s"), Path(folder, "log")
        with (
            log.open("wb") as errors,
            subprocess.Popen(
                [*command, "--socket", str(path), *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env={"PATH": "/usr/bin:/bin"},
            ) as child,
        ):
            try:
                assert child.stdout is not None
                assert child.stdout.readline() == READY, log.read_text()
                yield Worker(child, path, log)
            finally:
                if child.poll() is None:
                    child.kill()


def wait_until_gone(pid: int, seconds: float = 15.0) -> None:
    """Until no process has this id (or it is a zombie that nobody reaps)."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        # The first thread may be a zombie while others still hold the sockets.
        if state == "Z" and len(list(Path(f"/proc/{pid}/task").iterdir())) == 1:
            return
        time.sleep(0.02)
    raise AssertionError(f"process {pid} is still there")
