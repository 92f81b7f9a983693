"""Model servers as the server runs them: real processes."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvloop

from brickyard.server.serving.workers.pool import ModelServers
from brickyard.server.serving.workers.server import ModelServer
from brickyard.server.serving.workers.specs import Limits, WorkerSpec
from brickyard.settings import clean_environment, process_environment
from tests.scoring import models

REPOSITORY = Path(__file__).parents[4]


@pytest.fixture(scope="session")
def sockets() -> Iterator[Path]:
    """Short enough for sockets."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="by-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def churn_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.save_churn(tmp_path_factory.mktemp("models") / "churn")


@pytest.fixture(scope="session")
def faulty_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return models.save(tmp_path_factory.mktemp("models") / "faulty", models.Faulty(), order="string")


class Lab:
    """Model servers whose logs lie in a folder of the test's."""

    def __init__(self, servers: ModelServers, endpoints: Path) -> None:
        self.servers = servers
        self.endpoints = endpoints

    async def start(self, path: Path, **facts: object) -> ModelServer:
        spec = WorkerSpec(**{"endpoint": "e", "served_entity": "m-1", "model_path": path, **facts})  # type: ignore[arg-type]
        return await self.servers.start(spec)


@asynccontextmanager
async def opened(folder: Path, sockets: Path, limits: Limits) -> AsyncIterator[Lab]:
    servers = ModelServers(
        folder / "endpoints",
        sockets=sockets,
        # The models' classes are the tests' own.
        environment=clean_environment(PYTHONPATH=str(REPOSITORY)),
        builder_environment=process_environment(),
        limits=limits,
    )
    try:
        yield Lab(servers, folder / "endpoints")
    finally:
        await servers.close()


def run(
    folder: Path,
    sockets: Path,
    test: Callable[[Lab], Awaitable[None]],
    limits: Limits | None = None,
    seconds: float = 60,
) -> None:
    """Run a test with model servers, on the event loop that the server uses."""

    async def main() -> None:
        async with asyncio.timeout(seconds), opened(folder, sockets, limits or Limits(check_s=0.2)) as lab:
            await test(lab)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
