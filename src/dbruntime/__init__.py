"""The official hook of `databricks.sdk.runtime` and of MLflow: gives them Brickyard's spark, dbutils and display.

Importing it raises ImportError unless DATABRICKS_HOST is a Brickyard server, as it does where Databricks' own package
is not installed: so code that is meant for a real workspace never silently runs here. The names are Databricks' own.
"""

from typing import Any

from brickyard.notebook.namespace import NotebookNamespace, process_namespace
from dbruntime.guard import require_brickyard

require_brickyard()

__all__ = ["UserNamespaceInitializer"]


class UserNamespaceInitializer:
    """What Databricks' Python process makes its user namespace with."""

    def __init__(self, namespace: NotebookNamespace) -> None:
        self._namespace = namespace

    @classmethod
    def getOrCreate(cls) -> "UserNamespaceInitializer":
        """The initializer of this process."""
        return cls(process_namespace())

    def get_namespace_globals(self) -> dict[str, Any]:
        """spark, sc, sqlContext, table, sql, udf, dbutils, getArgument, display, displayHTML.

        `spark` is the session where it has been started, else a stand-in that starts it when it is used.
        """
        return self._namespace.names()
