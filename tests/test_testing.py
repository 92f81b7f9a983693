"""The pytest plugin, used as a user's project uses it: in a pytest of its own."""

import subprocess
import sys
from pathlib import Path

from brickyard.settings import process_environment

_CONFTEST = 'pytest_plugins = ["brickyard.testing"]\n'

_TESTS = """
import os

import mlflow
import pytest
from databricks.sdk import WorkspaceClient


def test_tables(spark, schema, brickyard_home):
    spark.range(5).write.saveAsTable(f"{schema}.t")
    assert spark.table(f"{schema}.t").count() == 5
    assert list((brickyard_home / "tables").rglob("_delta_log"))
    assert [t.name for t in WorkspaceClient().tables.list(*schema.split("."))] == ["t"]


def test_a_schema_is_each_tests_own(spark, schema):
    assert spark.sql(f"SHOW TABLES IN {schema}").count() == 0
    assert [s.name for s in WorkspaceClient().schemas.list("main") if s.name.startswith("test_")] == [schema[5:]]


def test_dbutils(dbutils):
    dbutils.fs.put("dbfs:/a.txt", "text", True)
    assert dbutils.fs.head("dbfs:/a.txt") == "text"
    dbutils.widgets.text("n", "1")
    assert dbutils.widgets.get("n") == "1"


def test_widgets_are_gone(dbutils):
    with pytest.raises(Exception, match="n"):
        dbutils.widgets.get("n")


def test_the_runtime_import(spark, dbutils):
    from databricks.sdk.runtime import dbutils as imported, spark as session
    assert session.range(2).count() == 2
    assert imported is dbutils


def test_tracking_goes_to_the_home(brickyard_home, brickyard):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
    assert mlflow.get_run(run.info.run_id).data.metrics == {"m": 1}
    assert mlflow.get_tracking_uri() == brickyard.context.url
"""

_LAST = """
import os

def test_plain_tests_start_nothing():
    assert "BRICKYARD_SERVER" not in os.environ
    assert os.environ["DATABRICKS_HOST"] == "https://example.org"
"""


def _pytest(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**process_environment(), "DATABRICKS_HOST": "https://example.org"}
    for name in ("MLFLOW_TRACKING_URI", "DATABRICKS_TOKEN", "BRICKYARD_SERVER"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_a_project_tests_its_databricks_code(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(_CONFTEST)
    (tmp_path / "test_a_plain.py").write_text(_LAST)
    (tmp_path / "test_b_notebook.py").write_text(_TESTS)
    ran = _pytest(tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "7 passed" in ran.stdout
    assert not (tmp_path / ".brickyard").exists()
    assert not (tmp_path / "mlruns").exists()
