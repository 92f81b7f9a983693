"""Bringing a database to the schema that this release needs, before it is used."""

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import String, column, create_engine, select, table
from sqlalchemy.engine import make_url

from brickyard.errors import HomeUnusable
from brickyard.server.db import migrations
from brickyard.server.db.connection import Connection
from brickyard.server.db.engine import Engine

MLFLOW_REVISION = "dc11669786a5"  # of MLflow 3.17
OWN_REVISION = "0005"


def prepare(engine: Engine, uri: str) -> None:
    """Create what is missing: MLflow's schema in an empty database, our tables in any.

    Raises:
        HomeUnusable: the database has the schema of another MLflow release; the message tells how to upgrade it.
    """
    connection = engine.connect()
    try:
        revision = _version(connection, "alembic_version")
        if revision is None:
            _create_mlflow_schema(connection, engine)
        elif revision != MLFLOW_REVISION:
            raise HomeUnusable(
                f"The database has revision {revision} of MLflow's schema; this release needs {MLFLOW_REVISION} "
                "(MLflow 3.17). Make a copy of it, then run: mlflow db upgrade <database uri>"
            )
        own = _version(connection, "by_alembic_version")
    finally:
        connection.close()
    if own != OWN_REVISION:
        _migrate(uri)


def _version(connection: Connection, name: str) -> str | None:
    """The revision in a version table, or None where there is no such table."""
    on_sqlite = connection.dialect.name == "sqlite"
    listing, named = ("sqlite_master", "name") if on_sqlite else ("pg_tables", "tablename")
    names = table(listing, column(named, String))
    if connection.one(select(names.c[named]).where(names.c[named] == name)) is None:
        return None
    row = connection.one(select(table(name, column("version_num", String)).c.version_num))
    return None if row is None else str(row[0])


def _create_mlflow_schema(connection: Connection, engine: Engine) -> None:
    sql = files("brickyard.server.db").joinpath("mlflow_schema", f"{engine.dialect.name}.sql").read_text("utf-8")
    with connection.translated():
        if engine.is_sqlite:
            connection.driver.executescript(f"BEGIN IMMEDIATE;\n{sql}\nCOMMIT;")
        else:
            with connection.driver.transaction():
                connection.driver.execute(sql)


def _migrate(uri: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    url = make_url(uri)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
