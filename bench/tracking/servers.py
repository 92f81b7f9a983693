"""Server processes: start, wait for the first answer, weigh, stop."""

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from bench.tracking.peers import Peer

_FIRST_ANSWER_TIMEOUT_S = 180.0
_QUIET_TIMEOUT_S = 90.0
_STOP_TIMEOUT_S = 20.0


class ServerError(Exception):
    """A server did not start, or ended early; the message carries the end of its log."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One server process and its children on a home of its own. Stop it in any case: it outlives this object."""

    def __init__(self, peer: Peer, home: Path) -> None:
        self.peer = peer
        self.home = home
        self.port = free_port()
        home.mkdir(parents=True)
        self._log = home.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; seconds until the first experiment was answered with 200. Raises ServerError."""
        began = time.perf_counter()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self.peer.command(self.home, self.port),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.home,
                env=_clean_environment(self.home),
                start_new_session=True,
            )
        while time.perf_counter() - began < _FIRST_ANSWER_TIMEOUT_S:
            if self._process.poll() is not None:
                raise ServerError(f"{self.peer.title} ended with {self._process.returncode}:\n{self.log_end()}")
            if self._answers():
                return time.perf_counter() - began
            time.sleep(0.005)
        raise ServerError(f"{self.peer.title} did not answer in {_FIRST_ANSWER_TIMEOUT_S:.0f} s:\n{self.log_end()}")

    def log_end(self) -> str:
        """The last lines of what the server printed."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])

    def wait_until_idle(self) -> None:
        """Return when all processes together used under 5 % of a core for two seconds; raises ServerError if never."""
        until = time.monotonic() + _QUIET_TIMEOUT_S
        quiet, used = 0, self.cpu_seconds()
        while quiet < 4:
            if time.monotonic() > until:
                raise ServerError(f"{self.peer.title} is not idle {_QUIET_TIMEOUT_S:.0f} s after its start")
            time.sleep(0.5)
            before, used = used, self.cpu_seconds()
            quiet = quiet + 1 if used - before < 0.025 else 0

    def memory_bytes(self) -> int:
        """Proportional set size (PSS) of the process and all that it started, in bytes."""
        total = 0
        for process in self._tree():
            try:
                total += int(process.memory_full_info().pss)
            except psutil.NoSuchProcess:
                continue
        return total

    def cpu_seconds(self) -> float:
        """CPU time that all its living processes have used, in seconds."""
        total = 0.0
        for process in self._tree():
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return total

    def process_count(self) -> int:
        """How many processes the server consists of now."""
        return len(self._tree())

    def stop(self) -> None:
        """SIGTERM, and SIGKILL for what is still there 20 s later."""
        if self._process is None:
            return
        tree = self._tree()
        self._process.terminate()
        try:
            self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _, left = psutil.wait_procs([process for process in tree if process.pid != self._process.pid], timeout=5)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=5)
        self._process = None

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _tree(self) -> list[psutil.Process]:
        """The process, its descendants, and what they left behind in its session."""
        if self._process is None:
            return []
        session = self._process.pid
        found: dict[int, psutil.Process] = {}
        try:
            root = psutil.Process(session)
            found = {process.pid: process for process in [root, *root.children(recursive=True)]}
        except psutil.NoSuchProcess:
            pass
        for process in psutil.process_iter():
            try:
                if os.getsid(process.pid) == session:
                    found.setdefault(process.pid, process)
            except (ProcessLookupError, PermissionError):
                continue
        return list(found.values())


def _clean_environment(home: Path) -> dict[str, str]:
    """The same environment for every server, so that nobody's settings change a figure."""
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "MLFLOW_DISABLE_TELEMETRY": "true"}
