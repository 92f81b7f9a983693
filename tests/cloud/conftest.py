"""Buckets of each kind, and a server and notebooks whose environment opens them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from brickyard.notebook.client import ServerClient
from brickyard.notebook.context import Notebook
from brickyard.notebook.dbutils.files import FileSystemTools
from brickyard.notebook.environment import client_environment
from brickyard.notebook.server_of_home import RunningServer, mint_token, own_server
from brickyard.settings import Home, process_environment
from tests.cloud.emulators import Emulator, azure_container, azurite, buckets, gs_bucket, s3_bucket

RunFile = Callable[..., str]


@pytest.fixture(scope="session")
def buckets_url() -> Iterator[str]:
    with buckets() as url:
        yield url


@pytest.fixture(scope="session")
def s3(buckets_url: str) -> Emulator:
    return s3_bucket(buckets_url, "bricks")


@pytest.fixture(scope="session")
def gs(buckets_url: str) -> Emulator:
    return gs_bucket(buckets_url, "yard")


@pytest.fixture(scope="session")
def azurite_url() -> Iterator[str]:
    with azurite() as url:
        yield url


@pytest.fixture(scope="session")
def azure(azurite_url: str) -> Emulator:
    return azure_container(azurite_url, "lake")


@pytest.fixture(params=["s3", "azure", "gs"])
def bucket(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Each kind of object store, opened by the environment."""
    found: Emulator = request.getfixturevalue(request.param)
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture(scope="session")
def cloud_server(
    tmp_path_factory: pytest.TempPathFactory, s3: Emulator, azure: Emulator, gs: Emulator
) -> Iterator[RunningServer]:
    """A server whose environment opens all of them."""
    environment = process_environment(**s3.environment, **azure.environment, **gs.environment)
    with own_server(tmp_path_factory.mktemp("home"), environment) as server:
        yield server


@pytest.fixture(scope="session")
def cloud_token(cloud_server: RunningServer) -> str:
    return mint_token(cloud_server, "tests", pid=None).value


@pytest.fixture
def home(cloud_server: RunningServer) -> Home:
    return Home(cloud_server.home)


@pytest.fixture
def fs(cloud_server: RunningServer, cloud_token: str, home: Home) -> FileSystemTools:
    return FileSystemTools(ServerClient(cloud_server.url, cloud_token), home)


@pytest.fixture
def run_file(cloud_server: RunningServer, cloud_token: str, tmp_path: Path) -> RunFile:
    """run_file(text, **environment): what a file prints, run in a process of its own with these variables."""

    def run(text: str, **environment: str) -> str:
        path = tmp_path / "script.py"
        path.write_text(f"from databricks.sdk.runtime import dbutils, spark\n{text}", "utf-8")
        base = client_environment(
            process_environment(),
            url=cloud_server.url,
            token=cloud_token,
            home=cloud_server.home,
            notebook=Notebook(path=str(path)),
        )
        done = subprocess.run(
            [sys.executable, "-P", path.name],
            cwd=tmp_path,
            env={**base, **environment},
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
