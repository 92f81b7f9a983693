"""The names that a Databricks notebook finds ready: spark, dbutils, display and their like."""

import atexit
import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brickyard.errors import NotImplementedHere
from brickyard.notebook.client import ServerClient
from brickyard.notebook.context import Context
from brickyard.notebook.dbutils import DBUtils
from brickyard.notebook.display import display, display_html
from brickyard.notebook.engines.choice import AUTO, SAIL, engine_for
from brickyard.notebook.source import read_source
from brickyard.settings import Home, live_environment, process_environment

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.connect.session import SparkSession

    from brickyard.notebook.session import NotebookSession


class LazySpark:
    """Stands for the Spark session until it is used: a script that never touches it does not pay for its start.

    isinstance() sees a SparkSession. `brickyard run` puts the session itself in its place where the code mentions it.
    """

    def __init__(self, start: "Callable[[], SparkSession]") -> None:
        object.__setattr__(self, "_start", start)

    def __getattribute__(self, name: str) -> Any:
        session_now = object.__getattribute__(self, "_start")()
        return type(session_now) if name == "__class__" else getattr(session_now, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(object.__getattribute__(self, "_start")(), name, value)

    def __repr__(self) -> str:
        return repr(object.__getattribute__(self, "_start")())


class SqlContext:
    """`sqlContext`: the old name of what `spark` does."""

    def __init__(self, start: "Callable[[], SparkSession]") -> None:
        self._start = start

    @property
    def sparkSession(self) -> "SparkSession":
        return self._start()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._start(), name)


class NoSparkContext:
    """`sc`: Spark Connect has none, neither here nor on Databricks' shared and serverless compute."""

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedHere(
            f"sc.{name} is not there: the session is a Spark Connect session, which has no SparkContext and no RDDs; "
            "use `spark` and DataFrames (spark.createDataFrame, df.mapInPandas)"
        )


class NotebookNamespace:
    """The objects of one process; each is made when it is first asked for."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.client = ServerClient(context.url, context.token)
        self.dbutils = DBUtils(context, self.client, self.confs)

    @functools.cached_property
    def session(self) -> "NotebookSession":
        """The Spark session and its engine, which the first access starts."""
        # Here and not above: it imports pyspark, two seconds that a script without Spark must not pay.
        from brickyard.notebook.session import start

        session = start(
            self._wanted_engine(),
            server_url=self.context.url,
            token=self.context.token,
            environment=live_environment(),
            files=Home(Path(self.context.home)).files if self.context.home else None,
        )
        atexit.register(session.stop)
        return session

    @property
    def spark(self) -> "SparkSession":
        """The Spark session."""
        return self.session.spark

    @property
    def engine(self) -> str:
        """The engine's name; empty while it has not been started."""
        return self.session.engine.name if self._started else ""

    def confs(self) -> dict[str, str]:
        """The Spark session's configuration; empty while it has not been started."""
        return dict(self.session.spark.conf.getAll) if self._started else {}

    def table_versions(self) -> dict[str, int | None]:
        """The Delta versions of the tables read so far, by name; the newest where several were read."""
        versions: dict[str, int | None] = {}
        for read in self.session.tables_read() if self._started else ():
            known = versions.get(read.name)
            versions[read.name] = max((v for v in (known, read.version) if v is not None), default=None)
        return versions

    def close(self) -> None:
        """End the Spark session and its engine, if they were started."""
        if self._started:
            self.session.stop()
            atexit.unregister(self.session.stop)

    def _wanted_engine(self) -> str:
        wanted, path = self.context.engine, self.context.path
        if wanted != AUTO:
            return wanted
        return SAIL if path is None else engine_for(read_source(path), self.context.workspace)

    @property
    def _started(self) -> bool:
        return "session" in self.__dict__

    def names(self, *, start_spark: bool = False) -> dict[str, Any]:
        """The ten names of Databricks' user namespace.

        Args:
            start_spark: start the session now, and give it itself instead of its stand-in.
        """
        ready = start_spark or self._started
        return {
            "spark": self.spark if ready else LazySpark(self._spark),
            "sc": NoSparkContext(),
            "sqlContext": SqlContext(self._spark),
            "table": self.table,
            "sql": self.sql,
            "udf": udf,
            "dbutils": self.dbutils,
            "getArgument": self.dbutils.widgets.getArgument,
            "display": display,
            "displayHTML": display_html,
        }

    def table(self, name: str) -> "DataFrame":
        """The table of this name as a DataFrame."""
        return self.spark.table(name)

    def sql(self, query: str, **arguments: Any) -> "DataFrame":
        """The rows that a Spark SQL statement gives."""
        return self.spark.sql(query, **arguments)

    def _spark(self) -> "SparkSession":
        return self.spark


def udf(f: Any = None, *arguments: Any, **options: Any) -> Any:
    """pyspark.sql.functions.udf, imported at its first use."""
    from pyspark.sql import functions

    return functions.udf(f, *arguments, **options)


@functools.cache
def process_namespace() -> NotebookNamespace:
    """The namespace of this process: one, so that the script and `databricks.sdk.runtime` see the same objects.

    Raises:
        InvalidState: the environment names no server.
    """
    return NotebookNamespace(Context.read(process_environment()))
