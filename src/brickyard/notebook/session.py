"""The Spark session of a notebook or script: one per process, on the engine of its choice."""

import threading
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

import pyspark
from pyspark.sql.connect.session import SparkSession

from brickyard.errors import InvalidParameterValue, InvalidState
from brickyard.notebook.engines.base import Engine, EngineProcess, ServerAddress
from brickyard.notebook.engines.choice import REMOTE_SCHEME, check_engine
from brickyard.notebook.engines.sail import SailEngine
from brickyard.notebook.engines.spark.engine import SparkEngine
from brickyard.notebook.engines.spark.remote import RemoteEngine
from brickyard.notebook.engines.usage import TableRead, TableWrite, Usage

ENGINES: dict[str, Callable[[], Engine]] = {"sail": SailEngine, "spark": SparkEngine}
"""The engines by name."""

REMOTE = "SPARK_REMOTE"
"""Without it pyspark's builder makes no session, nor gives the one that is there."""


@dataclass(frozen=True, kw_only=True)
class NotebookSession:
    """A running engine and the Spark session on it."""

    engine: Engine
    spark: SparkSession
    process: EngineProcess
    usage: Usage
    environment: MutableMapping[str, str] = field(repr=False)

    def tables_read(self) -> tuple[TableRead, ...]:
        """The versions of tables that were read so far, in the order of their first use."""
        return self.usage.tables_read()

    def tables_written(self) -> tuple[TableWrite, ...]:
        """The tables that were changed so far."""
        return self.usage.tables_written()

    def stop(self) -> None:
        """End the session and its engine. May be called twice."""
        if not self.spark.is_stopped:
            self.spark.stop()
        if self.environment.get(REMOTE) == self.process.remote:
            del self.environment[REMOTE]
        self.process.stop()


_STARTING = threading.Lock()


def start(
    engine: str,
    *,
    server_url: str,
    token: str,
    environment: MutableMapping[str, str],
    files: Path | None = None,
) -> NotebookSession:
    """Start an engine and make its session the one of this process.

    `SparkSession.builder.getOrCreate()` and `getActiveSession()` give it from now on, also to libraries.

    Args:
        engine: a key of ENGINES, or the address of a Spark Connect server, sc://host:port.
        server_url: the Brickyard server, http://host:port.
        token: the token of this process; the engine reads the catalog with it.
        environment: the environment of this process: SPARK_REMOTE is set in it, and SPARK_HOME where it is missing,
            without which pyspark's client ends a process whose __main__ has no file.
        files: the folder of dbfs:/ where it lies on this machine: spark.read takes paths of DBFS then.

    Raises:
        InvalidParameterValue: there is no such engine; names those that are.
        InvalidState: this process has a session; or the engine did not start.
        TemporarilyUnavailable: the server does not answer.
    """
    chosen = _engine(engine)
    with _STARTING:
        if SparkSession.getActiveSession() is not None or SparkSession._get_default_session() is not None:
            raise InvalidState("this process has a Spark session already: stop it first with spark.stop()")
        server = ServerAddress(url=server_url.rstrip("/"), token=token, files=files)
        process = chosen.start(server)
        try:
            usage = Usage()
            builder = SparkSession.Builder().channelBuilder(chosen.channel(process, server, usage))
            spark = _prepared(builder, chosen, process, server)
            environment[REMOTE] = process.remote
            environment.setdefault("SPARK_HOME", str(Path(pyspark.__file__).parent))
        except BaseException:  # reason: no session, no engine; it goes on
            process.stop()
            raise
    return NotebookSession(engine=chosen, spark=spark, process=process, usage=usage, environment=environment)


def _engine(name: str) -> Engine:
    check_engine(name)
    if name.startswith(REMOTE_SCHEME):
        return RemoteEngine(name)
    if name not in ENGINES:
        raise InvalidParameterValue(f"there is no engine {name!r}: take one of {', '.join(sorted(ENGINES))}")
    return ENGINES[name]()


def _prepared(
    builder: SparkSession.Builder, engine: Engine, process: EngineProcess, server: ServerAddress
) -> SparkSession:
    spark = builder.create()
    try:
        engine.prepare(spark, process, server)
    except BaseException:  # reason: it would be the process's session though it knows no tables; it goes on
        spark.stop()
        raise
    return spark
