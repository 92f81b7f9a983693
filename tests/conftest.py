"""Fixtures of all tests: a home, a live server, a database of each kind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

START_SECONDS = 60.0


@dataclass
class LiveServer:
    """A `brickyard up` in a process of its own."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return (self.home / "runtime" / "token").read_text().strip()

    @property
    def log(self) -> str:
        return self.home.with_suffix(".log").read_text()

    def start(self) -> None:
        self.port = self.port or free_port()
        command = [sys.executable, "-m", "brickyard.cli.main", "up", "--home", str(self.home), "--port", str(self.port)]
        with self.home.with_suffix(".log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**clean_environment(), **self.environment},
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.log}"
            assert time.monotonic() < deadline, f"the server did not answer: {self.log}"
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL to the server and all that it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(20)
        finally:
            self.kill()

    def get(self, path: str, *, token: bool = True, **more: Any) -> requests.Response:
        return self.send("GET", path, token=token, **more)

    def post(self, path: str, body: Any = None, *, token: bool = True, **more: Any) -> requests.Response:
        return self.send("POST", path, token=token, json=body, **more)

    def send(self, method: str, path: str, *, token: bool = True, **more: Any) -> requests.Response:
        headers = {**({"Authorization": f"Bearer {self.token}"} if token else {}), **more.pop("headers", {})}
        return requests.request(method, self.url + path, headers=headers, timeout=more.pop("timeout", 30), **more)

    def _answers(self) -> bool:
        with contextlib.suppress(requests.RequestException):
            return requests.get(self.url + "/health", timeout=5).status_code == 200
        return False


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """This environment without settings of MLflow, Databricks or Brickyard."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "DATABRICKS_", "BRICKYARD_"))}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all tests that do not stop it; names of what they make must be their own."""
    live = LiveServer(tmp_path_factory.mktemp("server") / "home")
    live.start()
    yield live
    live.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[LiveServer]:
    """A server of one test alone, on a fresh home; the test may stop or kill it."""
    live = LiveServer(tmp_path / "own")
    live.start()
    yield live
    live.kill()
