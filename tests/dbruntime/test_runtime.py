"""The official hooks, as the SDK and MLflow call them."""

import pytest

from brickyard.notebook.context import Context
from brickyard.notebook.namespace import NotebookNamespace
from tests.notebook.conftest import RunFile, context, notebook_server, run_file, token

__all__ = ["context", "notebook_server", "run_file", "token"]

NAMES = {"display", "displayHTML", "dbutils", "table", "sql", "udf", "getArgument", "sc", "sqlContext", "spark"}


def test_all_ten_names(context: Context) -> None:
    assert set(NotebookNamespace(context).names()) == NAMES


def test_no_spark_context(context: Context) -> None:
    with pytest.raises(Exception, match=r"sc\.parallelize is not there"):
        NotebookNamespace(context).names()["sc"].parallelize([1])


def test_repl_context_and_credentials(run_file: RunFile) -> None:
    done = run_file(
        """
import os
from dbruntime.databricks_repl_context import get_context
from dbruntime.sdk_credential_provider import init_runtime_native_auth
context = get_context()
assert context.apiToken == os.environ["DATABRICKS_TOKEN"] and context.notebookPath == __file__
assert context.workspaceUrl is None and context.apiToken not in repr(context)
host, headers = init_runtime_native_auth()
assert host == os.environ["DATABRICKS_HOST"] and headers() == {"Authorization": "Bearer " + context.apiToken}
"""
    )
    assert done.returncode == 0, done.stderr


def test_log_in_without_configuration(run_file: RunFile) -> None:
    done = run_file(
        """
import os
os.environ["DATABRICKS_RUNTIME_VERSION"] = "16.4"
from databricks.sdk import WorkspaceClient
w = WorkspaceClient(auth_type="runtime")
assert w.config.auth_type == "runtime" and w.config.host == os.environ["DATABRICKS_HOST"]
print([f.path for f in w.dbfs.list("/")] is not None)
"""
    )
    assert done.returncode == 0, done.stderr
