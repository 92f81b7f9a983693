"""Schemas: MLflow's own, ours, and each other's databases."""

# mlflow's own functions have no annotations:
# mypy: disable-error-code=no-untyped-call

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from mlflow.store.db.utils import _initialize_tables
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from sqlalchemy import Inspector, create_engine, inspect, text
from sqlalchemy.engine import make_url

from brickyard.errors import HomeUnusable
from brickyard.server.db import own_tables, schema, tables
from brickyard.server.db.engine import Engine, open_engine
from brickyard.server.db.schema import prepare


def _with_driver(uri: str) -> str:
    url = make_url(uri)
    named = url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url
    return named.render_as_string(hide_password=False)


@contextmanager
def _inspected(uri: str) -> Iterator[Inspector]:
    engine = create_engine(_with_driver(uri))
    try:
        yield inspect(engine)
    finally:
        engine.dispose()


def test_our_columns_are_those_of_the_database(engine: Engine, uri: str) -> None:
    with _inspected(uri) as inspector:
        for metadata in (tables.METADATA, own_tables.METADATA):
            for table in metadata.tables.values():
                found = {column["name"] for column in inspector.get_columns(table.name)}
                assert {column.name for column in table.columns} <= found, table.name


def test_own_tables_are_what_the_migrations_make(engine: Engine, uri: str) -> None:
    with _inspected(uri) as inspector:
        made = {name for name in inspector.get_table_names() if name.startswith("by_")} - {"by_alembic_version"}
        assert made == set(own_tables.METADATA.tables)
        for name, table in own_tables.METADATA.tables.items():
            columns = {column["name"]: column for column in inspector.get_columns(name)}
            assert set(columns) == {column.name for column in table.columns}, name
            for column in table.columns:
                assert columns[column.name]["nullable"] == column.nullable, f"{name}.{column.name}"
            keys = inspector.get_pk_constraint(name)["constrained_columns"]
            assert set(keys) == {column.name for column in table.primary_key.columns}, name
            foreign = {key["constrained_columns"][0]: key["referred_table"] for key in inspector.get_foreign_keys(name)}
            assert foreign == {key.parent.name: key.column.table.name for key in table.foreign_keys}, name
            unique = {tuple(sorted(found["column_names"])) for found in inspector.get_unique_constraints(name)}
            assert unique == _unique_of(name), name


def _unique_of(name: str) -> set[tuple[str, ...]]:
    table = own_tables.METADATA.tables[name]
    made = create_engine("sqlite://")
    try:
        own_tables.METADATA.create_all(made)
        found = inspect(made).get_unique_constraints(table.name)
        return {tuple(sorted(str(column) for column in constraint["column_names"])) for constraint in found}
    finally:
        made.dispose()


def test_preparing_again_changes_nothing(engine: Engine, uri: str) -> None:
    with _inspected(uri) as inspector:
        before = {name: inspector.get_columns(name) for name in inspector.get_table_names()}
    prepare(engine, uri)
    with _inspected(uri) as inspector:
        assert {name: [str(c) for c in inspector.get_columns(name)] for name in inspector.get_table_names()} == {
            name: [str(c) for c in columns] for name, columns in before.items()
        }


def test_a_database_of_another_release_is_refused(engine: Engine, uri: str) -> None:
    other = create_engine(_with_driver(uri))
    with other.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0a8213491aaa'"))
    other.dispose()
    with pytest.raises(HomeUnusable, match="mlflow db upgrade") as refused:
        prepare(engine, uri)
    assert "0a8213491aaa" in refused.value.message
    assert schema.MLFLOW_REVISION in refused.value.message


@pytest.mark.filterwarnings("ignore")
def test_a_database_of_mlflow_is_taken_over_and_given_back(uri: str, tmp_path: Path) -> None:
    made = create_engine(_with_driver(uri))
    _initialize_tables(made)
    made.dispose()
    theirs = SqlAlchemyStore(_with_driver(uri), str(tmp_path / "artifacts"))
    experiment = theirs.create_experiment("before")
    theirs.engine.dispose()

    engine = open_engine(uri)
    prepare(engine, uri)
    with closing(engine.connect()) as connection:
        names = [
            row[0] for row in connection.all(tables.experiments.select().with_only_columns(tables.experiments.c.name))
        ]
    assert "before" in names
    with _inspected(uri) as inspector:
        assert set(own_tables.METADATA.tables) <= set(inspector.get_table_names())

    again = SqlAlchemyStore(_with_driver(uri), str(tmp_path / "artifacts"))
    assert again.get_experiment(experiment).name == "before"
    again.engine.dispose()


@pytest.mark.filterwarnings("ignore")
def test_mlflow_opens_a_database_of_ours(engine: Engine, uri: str, tmp_path: Path) -> None:
    store = SqlAlchemyStore(_with_driver(uri), str(tmp_path / "artifacts"))
    experiment = store.create_experiment("theirs")
    run = store.create_run(experiment, "ada", 1, [], "named")
    assert store.get_run(run.info.run_id).info.run_name == "named"
    store.engine.dispose()


@pytest.mark.slow
def test_the_stored_schema_is_the_one_that_mlflow_makes() -> None:
    command = [sys.executable, "-m", "tools.mlflow_schema", "--check"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
