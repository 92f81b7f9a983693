"""A connection to the database: the only place that calls a driver and translates its errors."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.sql.elements import ClauseElement

from brickyard.errors import BrickyardError, InvalidParameterValue, StorageFull, TemporarilyUnavailable
from brickyard.server.db.statements import Parameters, Statement, compile_once

Row = tuple[Any, ...]


class ConstraintViolated(BrickyardError):
    """A row breaks a constraint of the database; services translate it into their own error."""


class Connection:
    """One DBAPI connection, used by one thread at a time.

    Statements are SQLAlchemy Core: a `Statement` (compiled once, values given as keywords) or any other clause with its
    values in it. Rows are plain tuples in the order of the selected columns.

    Raises (every method):
        ConstraintViolated: a unique, foreign-key or check constraint.
        InvalidParameterValue: a value that the database cannot hold: over 64 bits, or no valid text.
        StorageFull: the disk is full or read-only; nothing was changed.
        TemporarilyUnavailable: the database is locked or cannot be reached.
    """

    __slots__ = ("_cursor", "changes", "dialect", "driver", "failures")

    def __init__(self, driver: Any, dialect: Dialect, failures: type[Exception]) -> None:
        self.driver = driver
        self.dialect = dialect
        self.failures = failures
        self.changes = 0
        """Counts the statements that may have changed rows, and those that failed (which end a transaction of
        PostgreSQL)."""
        self._cursor = driver.cursor()

    def all(self, statement: Statement | ClauseElement, /, **values: Any) -> list[Row]:
        cursor = self._run(*self._text(statement, values))
        rows: list[Row] = cursor.fetchall()
        return rows

    def one(self, statement: Statement | ClauseElement, /, **values: Any) -> Row | None:
        """The first row, or None."""
        cursor = self._run(*self._text(statement, values))
        row: Row | None = cursor.fetchone()
        return row

    def insert(self, statement: Statement, /, **values: Any) -> Row:
        """The one row that an INSERT … RETURNING gives."""
        self.changes += 1
        row: Row = self._run(*self._text(statement, values)).fetchone()
        return row

    def execute(self, statement: Statement | ClauseElement, /, **values: Any) -> int:
        """Number of rows that were inserted, changed or deleted."""
        self.changes += 1
        count: int = self._run(*self._text(statement, values)).rowcount
        return count

    def many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Once per row of values."""
        if not rows:
            return
        self.changes += 1
        sql, parameters = statement.bind_many(self.dialect, rows)
        with self.translated():
            self._cursor.executemany(sql, parameters)

    def insert_in_order(self, statement: Statement, names: tuple[str, ...], values: Sequence[Any]) -> None:
        """One execution with the values of `names`, in their order."""
        self.changes += 1
        self._run(*statement.bind_in_order(self.dialect, names, values))

    def script(self, sql: str) -> None:
        """Control statements of the engine itself (BEGIN, SAVEPOINT, PRAGMA): constants, never made from input."""
        self._run(sql, ())

    @property
    def is_lost(self) -> bool:
        """Whether the database has ended this connection, so that a new one is needed."""
        return bool(getattr(self.driver, "closed", False))

    def close(self) -> None:
        self.driver.close()

    def _text(self, statement: Statement | ClauseElement, values: Mapping[str, Any]) -> tuple[str, Parameters]:
        if isinstance(statement, Statement):
            return statement.bind(self.dialect, values)
        return compile_once(statement, self.dialect)

    def _run(self, sql: str, parameters: Parameters) -> Any:
        try:
            self._cursor.execute(sql, parameters)
        except (self.failures, *_UNSTORABLE) as error:
            self.changes += 1
            raise translate(error) from error
        return self._cursor

    @contextmanager
    def translated(self) -> Iterator[None]:
        try:
            yield
        except (self.failures, *_UNSTORABLE) as error:
            raise translate(error) from error


# What drivers raise before they send a statement: an integer over 64 bits, a text that UTF-8 cannot write.
_UNSTORABLE = (OverflowError, UnicodeEncodeError)
_FULL = ("disk is full", "readonly database", "disk i/o error", "could not extend file", "no space left")
_BUSY = ("locked", "unable to open database", "connection", "server closed", "terminating")


def translate(error: Exception) -> BrickyardError:
    """The error of ours that a driver's error means."""
    text = str(error)
    name = type(error).__name__
    if isinstance(error, _UNSTORABLE) or name in {"DataError", "NumericValueOutOfRange"}:
        return InvalidParameterValue(f"A value of the request cannot be stored: {text}.")
    if name == "IntegrityError" or isinstance(error, sqlite3.IntegrityError) or _is_postgres_integrity(error):
        return ConstraintViolated(text)
    lowered = text.lower()
    if any(words in lowered for words in _FULL):
        return StorageFull(f"The database cannot be written: {text}. Nothing was changed; free space and try again.")
    if any(words in lowered for words in _BUSY):
        return TemporarilyUnavailable(f"The database does not answer: {text}.")
    return BrickyardError(f"The database refused a statement: {text}")


def _is_postgres_integrity(error: Exception) -> bool:
    return str(getattr(error, "sqlstate", "") or "").startswith("23")
