"""Which tables a session reads and writes: a run records them, so that it can be repeated."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRead:
    """One version of a table that a session has read."""

    name: str
    """catalog.schema.table, or delta.`location` for a table read by its location."""
    location: str
    version: int | None
    """None for a table that is not a Delta table, and for one read AS OF a time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableWrite:
    """A table that a session has changed."""

    name: str
    location: str


class Usage:
    """The tables of one session, in the order of their first use. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reads: dict[TableRead, None] = {}
        self._writes: dict[TableWrite, None] = {}

    def read(self, read: TableRead) -> None:
        with self._lock:
            self._reads[read] = None

    def wrote(self, write: TableWrite) -> None:
        with self._lock:
            self._writes[write] = None

    def tables_read(self) -> tuple[TableRead, ...]:
        with self._lock:
            return tuple(self._reads)

    def tables_written(self) -> tuple[TableWrite, ...]:
        with self._lock:
            return tuple(self._writes)
