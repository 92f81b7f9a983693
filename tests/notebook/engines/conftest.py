"""A session on each engine, over a catalog."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pandas as pd
import pytest
from deltalake import DeltaTable
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook import session
from brickyard.notebook.catalog import CatalogClient, TableName
from brickyard.notebook.engines.base import ServerAddress
from brickyard.notebook.server_of_home import RunningServer
from brickyard.notebook.session import NotebookSession


@pytest.fixture(scope="session")
def address(notebook_server: RunningServer, token: str) -> ServerAddress:
    return ServerAddress(url=notebook_server.url, token=token)


@pytest.fixture(scope="session", params=["sail"])
def notebook(
    request: pytest.FixtureRequest, address: ServerAddress, notebook_server: RunningServer
) -> Iterator[NotebookSession]:
    """The session of this process, on one engine after the other."""
    started = session.start(
        request.param,
        server_url=address.url,
        token=address.token,
        environment=os.environ,
        files=notebook_server.home / "files",
    )
    for statement in ("CREATE CATALOG IF NOT EXISTS lab", "CREATE SCHEMA IF NOT EXISTS lab.ml"):
        started.spark.sql(statement).collect()
    yield started
    started.stop()


@pytest.fixture
def spark(notebook: NotebookSession) -> SparkSession:
    return notebook.spark


_NUMBERS = count()


@pytest.fixture
def name() -> str:
    """A table's name that no other test uses."""
    return f"lab.ml.t{next(_NUMBERS)}"


@dataclass(frozen=True)
class Disk:
    """Tables as another Delta reader sees them, at the location that the catalog tells."""

    catalog: CatalogClient

    def table(self, name: str) -> DeltaTable:
        catalog, schema, table = name.split(".")
        entry = self.catalog.table(TableName(catalog=catalog, schema=schema, table=table))
        assert entry is not None, f"the catalog does not know {name}"
        return DeltaTable(entry.location)

    def rows(self, name: str, *order: str) -> list[tuple[object, ...]]:
        frame = self.table(name).to_pyarrow_table().to_pandas()
        frame = frame.sort_values(list(order or frame.columns[:1])).astype(object)
        frame = frame.where(pd.notna(frame), None)
        return [tuple(row) for row in frame.itertuples(index=False)]


@pytest.fixture
def disk(address: ServerAddress) -> Disk:
    return Disk(CatalogClient(address.client()))
