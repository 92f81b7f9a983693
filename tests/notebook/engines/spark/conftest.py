"""A real Spark with the plugin, over a real server: one of each for all tests here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook.catalog import ROOT, CatalogClient
from brickyard.notebook.engines.base import ServerAddress
from brickyard.notebook.engines.spark import plugin
from tests.notebook.engines.spark.jvm import Distribution, connect_server, installed

NewSession = Callable[..., SparkSession]


@pytest.fixture(scope="session")
def distribution() -> Distribution:
    found = installed()
    if found is None:
        pytest.skip("Spark, Delta and a JRE are not in the folder that BRICKYARD_CACHE names")
    return found


@pytest.fixture(scope="session")
def plugin_jar(distribution: Distribution, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("plugin") / "plugin.jar"
    plugin.build(plugin.sources(), distribution.spark_home, distribution.java, target)
    return target


@pytest.fixture(scope="session")
def new_session(
    distribution: Distribution, plugin_jar: Path, address: ServerAddress, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewSession]:
    """new_session(uri=..., token=...): a Connect session with the confs that the plugin asks for."""
    catalog = CatalogClient(address.client())
    if not catalog.has_catalog("lab"):
        catalog.create_catalog("lab")
    if catalog.schema("lab", "ml") is None:
        address.client().post(f"{ROOT}/schemas", {"catalog_name": "lab", "name": "ml"})
    with connect_server(distribution, plugin_jar, tmp_path_factory.mktemp("jvm")) as (remote, _):
        sessions: list[SparkSession] = []

        def make(*, uri: str = address.url + ROOT, token: str = address.token) -> SparkSession:
            made = SparkSession.builder.remote(remote).create()
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


@pytest.fixture(scope="session")
def shared_spark(new_session: NewSession) -> SparkSession:
    return new_session()


@pytest.fixture
def spark(shared_spark: SparkSession) -> Iterator[SparkSession]:
    """The session of most tests; each leaves it in main.default."""
    yield shared_spark
    shared_spark.sql("USE main.default").collect()
