"""The contract of a Spark engine.

An engine is a package of this room with these files:

    process.py     starts and stops what runs the queries
    channel.py     the gRPC channel to it, with the interceptor that fills its gaps
    rules.py       which requests are answered or changed on the way, and which go through as they are
    names.py       how one-, two- and three-level names find the catalog
    writes.py      saveAsTable, writeTo, CREATE TABLE AS
    statements.py  SQL statements that the engine cannot parse, answered beside it
    answers.py     questions that the engine cannot answer
    gaps.py        what it cannot do, as data
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from brickyard.notebook.client import ServerClient

if TYPE_CHECKING:
    from pyspark.sql.connect.client import DefaultChannelBuilder
    from pyspark.sql.connect.session import SparkSession

    from brickyard.notebook.engines.usage import Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerAddress:
    """The Brickyard server whose catalog an engine reads, and the token of the session."""

    url: str
    token: str = field(repr=False)
    files: Path | None = None
    """The folder of dbfs:/ on this machine; None: it is on another one."""

    def client(self) -> ServerClient:
        return ServerClient(self.url, self.token)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Something of Spark on Databricks that an engine cannot do. The documentation lists these rows."""

    feature: str
    example: str
    """SQL, or Python with `spark` and `table` (the name of a Delta table), that fails."""
    error: str
    """A part of the message that the user sees."""
    hint: str


class EngineProcess(Protocol):
    """A running engine, owned by the session that started it.

    It ends with `stop`, which may be called twice, and at the latest with the process that started it, also when that
    is killed.
    """

    @property
    def remote(self) -> str:
        """The Connect address, sc://host:port."""

    def stop(self) -> None: ...


class Engine(Protocol):
    """One kind of Spark. Stateless and thread-safe: what has state is the process and the channel it gives.

    All Delta tables of the server's catalog are readable and writable by their three-level names through the channel,
    those of catalogs that are made later included; a name of two or one levels means the current catalog and schema.
    The names of missing and of existing tables and schemas stand in the errors, which are pyspark's own classes with
    Spark's error conditions. A refused write leaves the table as it was.
    """

    name: str
    gaps: tuple[Gap, ...]

    def start(self, server: ServerAddress) -> EngineProcess:
        """Start the engine; returns when it answers.

        Raises:
            TemporarilyUnavailable: the server does not answer.
            InvalidState: the engine did not start; the message has what it wrote last.
        """

    def channel(self, process: EngineProcess, server: ServerAddress, usage: "Usage") -> "DefaultChannelBuilder":
        """How pyspark reaches the engine. The tables that are read and written are recorded in `usage`."""

    def prepare(self, spark: "SparkSession", process: EngineProcess, server: ServerAddress) -> None:
        """Make a new session know the server, before the user sees it.

        Raises:
            InvalidState: the engine cannot serve the server's tables; says what it lacks.
        """
