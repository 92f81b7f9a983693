"""Opening connections: SQLite and PostgreSQL, and what differs between them."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine.interfaces import Dialect

from brickyard.errors import InvalidParameterValue, MissingExtra
from brickyard.server.db.connection import Connection, translate
from brickyard.server.db.statements import POSTGRES, SQLITE

# Acknowledged means durable: WAL syncs its log at each commit. LIKE is case-sensitive, as in MLflow's own store.
_PRAGMAS = (
    # Before the first table is made: half the calls of a page of 4 KiB to write a large batch to the log.
    "PRAGMA page_size = 8192",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA case_sensitive_like = ON",
    "PRAGMA busy_timeout = 20000",
    "PRAGMA cache_size = -16000",
    "PRAGMA temp_store = MEMORY",
    # Pages (32 MiB): one that changes often reaches the database file once in that much of the log.
    "PRAGMA wal_autocheckpoint = 4096",
)


_READ_SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


@dataclass(frozen=True)
class Engine:
    """How to connect, and the words of a database that are not standard SQL."""

    dialect: Dialect
    connect: Callable[[], Connection]
    begin_write: str
    begin_read: str

    @property
    def is_sqlite(self) -> bool:
        return self.dialect is SQLITE


def open_engine(uri: str) -> Engine:
    """The engine of a database URI: ``sqlite:///path`` or ``postgresql://…``.

    Raises:
        InvalidParameterValue: the URI is of another kind.
        MissingExtra: PostgreSQL's driver is not installed.
    """
    if uri.startswith("sqlite:///"):
        path = uri.removeprefix("sqlite:///")
        return Engine(SQLITE, lambda: _connect_sqlite(path), "BEGIN IMMEDIATE", "BEGIN")
    if uri.startswith(("postgresql://", "postgres://")):
        connect = _postgres_driver()
        return Engine(POSTGRES, lambda: _connect_postgres(connect, uri), "BEGIN", _READ_SNAPSHOT)
    raise InvalidParameterValue(f"database_uri must start with sqlite:/// or postgresql://, not {uri!r}")


def _connect_sqlite(path: str) -> Connection:
    driver = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection = Connection(driver, SQLITE, sqlite3.Error)
    for pragma in _PRAGMAS:
        connection.script(pragma)
    return connection


def _postgres_driver() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise MissingExtra("PostgreSQL needs the extra: pip install 'brickyard[postgres]'") from error
    return psycopg


def _connect_postgres(psycopg: Any, uri: str) -> Connection:
    try:
        driver = psycopg.connect(uri, autocommit=True)
    except psycopg.Error as error:
        raise translate(error) from error
    return Connection(driver, POSTGRES, psycopg.Error)
