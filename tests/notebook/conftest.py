"""A real server, and files run against it in real child processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from brickyard.notebook.client import ServerClient
from brickyard.notebook.context import Context, Notebook
from brickyard.notebook.environment import client_environment
from brickyard.notebook.server_of_home import RunningServer, mint_token, own_server
from brickyard.settings import process_environment

RunFile = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def notebook_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A live server, shared by the tests of this room: each uses paths and names of its own."""
    with own_server(tmp_path_factory.mktemp("home"), process_environment()) as server:
        yield server


@pytest.fixture(scope="session")
def token(notebook_server: RunningServer) -> str:
    return mint_token(notebook_server, "tests", pid=None).value


@pytest.fixture
def client(notebook_server: RunningServer, token: str) -> ServerClient:
    return ServerClient(notebook_server.url, token)


@pytest.fixture
def context(notebook_server: RunningServer, token: str, tmp_path: Path) -> Context:
    notebook = Notebook(path=str(tmp_path / "caller.py"))
    return Context(url=notebook_server.url, token=token, home=str(notebook_server.home), notebook=notebook)


@pytest.fixture
def run_file(notebook_server: RunningServer, token: str, tmp_path: Path) -> RunFile:
    """run_file(text, *arguments, name=..., notebook=..., extra environment): the file's process, when it has ended."""

    def run(
        text: str, *arguments: str, name: str = "script.py", notebook: Notebook | None = None, **extra: str
    ) -> "subprocess.CompletedProcess[str]":
        path = tmp_path / name
        path.write_text(text, "utf-8")
        environment = client_environment(
            process_environment(),
            url=notebook_server.url,
            token=token,
            home=notebook_server.home,
            notebook=replace(notebook or Notebook(path=""), path=str(path)),
        )
        return subprocess.run(
            [sys.executable, "-P", "-m", "brickyard.notebook", name, *arguments],
            cwd=tmp_path,
            env=environment | extra,
            capture_output=True,
            text=True,
            timeout=100,
        )

    return run
