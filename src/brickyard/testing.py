"""Unit tests of Databricks code: a pytest plugin with `spark`, `dbutils` and a home that is thrown away.

In conftest.py::

    pytest_plugins = ["brickyard.testing"]

and in a test::

    def test_labels(spark, schema):
        make_labels(spark, f"{schema}.labels")
        assert spark.table(f"{schema}.labels").count() == 400

The first test that asks for one of the fixtures starts a server on an empty home, and Sail, in under a second. They
last for the session (for each worker, under pytest-xdist), and meanwhile the stock clients of this process work with
that server: `mlflow`, `WorkspaceClient()`, `from databricks.sdk.runtime import spark, dbutils`. Nothing of the user's
own home, workspace or tracking server is touched.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from brickyard.notebook.attach import attached
from brickyard.notebook.dbutils import DBUtils
from brickyard.notebook.engines.spark.lease import stop_keeper
from brickyard.notebook.engines.spark.state import Place
from brickyard.notebook.namespace import NotebookNamespace
from brickyard.settings import Home

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def brickyard_engine() -> str | None:
    """The Spark engine: what BRICKYARD_ENGINE names, or sail. Tests that stream give this fixture anew: "spark"."""
    return None


@pytest.fixture(scope="session")
def brickyard(tmp_path_factory: pytest.TempPathFactory, brickyard_engine: str | None) -> Iterator[NotebookNamespace]:
    """The names of a notebook (`.spark`, `.dbutils`, `.names()`) on a home that no one else uses."""
    home = tmp_path_factory.mktemp("brickyard") / "home"
    with attached(home, comment="pytest", engine=brickyard_engine) as space:
        yield space
    stop_keeper(Place.of_home(Home(home)))


@pytest.fixture(scope="session")
def brickyard_home(brickyard: NotebookNamespace) -> Path:
    """The home's folder: tables/, files/ (dbfs:/), artifacts/."""
    return Path(brickyard.context.home)


@pytest.fixture(scope="session")
def spark(brickyard: NotebookNamespace) -> "SparkSession":
    """The Spark session, on the engine that `brickyard_engine` names."""
    return brickyard.spark


@pytest.fixture
def dbutils(brickyard: NotebookNamespace) -> Iterator[DBUtils]:
    """dbutils; the widgets that a test declares are gone after it."""
    yield brickyard.dbutils
    brickyard.dbutils.widgets.removeAll()


@pytest.fixture
def schema(spark: "SparkSession") -> Iterator[str]:
    """An empty schema of this test's own, `main.test_<number>`, which is dropped after it with all its tables."""
    name = f"main.test_{next(_NUMBERS)}"
    spark.sql(f"CREATE SCHEMA {name}").collect()
    yield name
    spark.sql(f"DROP SCHEMA {name} CASCADE").collect()
