"""A real Spark over a real server: one JVM for all tests here, that of the home's keeper."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook.catalog import ROOT, CatalogClient
from brickyard.notebook.engines.base import ServerAddress
from brickyard.notebook.engines.spark import plugin
from brickyard.notebook.engines.spark.distribution import Distribution, installed
from brickyard.notebook.engines.spark.engine import SparkEngine
from brickyard.notebook.engines.spark.lease import stop_keeper
from brickyard.notebook.engines.spark.state import Place
from brickyard.notebook.engines.usage import Usage
from brickyard.notebook.server_of_home import RunningServer
from brickyard.settings import Home, Settings, environment_variable

NewSession = Callable[..., SparkSession]


@pytest.fixture(scope="session")
def distribution() -> Distribution:
    found = installed(Settings.read().cache, environment_variable("JAVA_HOME"))
    if found is None:
        pytest.skip("Spark is not installed in the folder that BRICKYARD_CACHE names: brickyard engine install spark")
    return found


@pytest.fixture(scope="session")
def plugin_jar(distribution: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("plugin") / "plugin.jar"
    plugin.build(plugin.sources(), distribution.spark_home, distribution.java, target)
    return target


@pytest.fixture(scope="session")
def local_address(address: ServerAddress, notebook_server: RunningServer) -> ServerAddress:
    """The server, with its files on this machine: the keeper of Spark is the home's."""
    return replace(address, files=notebook_server.home / "files")


@pytest.fixture(scope="session")
def place(notebook_server: RunningServer) -> Iterator[Place]:
    """Where the keeper of all tests lies; its Spark ends with them."""
    found = Place.of_home(Home(notebook_server.home))
    yield found
    stop_keeper(found)


@pytest.fixture(scope="session")
def new_session(distribution: Distribution, local_address: ServerAddress, place: Place) -> Iterator[NewSession]:
    """new_session(uri=..., token=...): a session with the confs that the plugin asks for."""
    catalog = CatalogClient(local_address.client())
    if not catalog.has_catalog("lab"):
        catalog.create_catalog("lab")
    if catalog.schema("lab", "ml") is None:
        local_address.client().post(f"{ROOT}/schemas", {"catalog_name": "lab", "name": "ml"})
    engine = SparkEngine()
    process = engine.start(local_address)
    others = []
    sessions: list[SparkSession] = []

    def make(*, uri: str = local_address.url + ROOT, token: str = local_address.token) -> SparkSession:
        own = engine.start(local_address)
        others.append(own)
        made = SparkSession.Builder().channelBuilder(engine.channel(own, local_address, Usage())).create()
        sessions.append(made)
        for name, value in (
            ("spark.brickyard.uri", uri),
            ("spark.brickyard.token", token),
            ("spark.sql.catalog.main", "brickyard.BrickyardCatalog"),
            ("spark.sql.defaultCatalog", "main"),
        ):
            made.conf.set(name, value)
        return made

    yield make
    for session in sessions:
        session.stop()
    for each in (*others, process):
        each.stop()


@pytest.fixture(scope="session")
def shared_spark(new_session: NewSession) -> SparkSession:
    return new_session()


@pytest.fixture
def spark(shared_spark: SparkSession) -> Iterator[SparkSession]:
    """The session of most tests; each leaves it in main.default."""
    yield shared_spark
    shared_spark.sql("USE main.default").collect()
