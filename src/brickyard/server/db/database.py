"""The database as the services see it: `read` and `write`."""

import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from brickyard.server.db.connection import Connection
from brickyard.server.db.engine import Engine
from brickyard.server.db.writer import Writer

Result = TypeVar("Result")

# Python's SQLite driver gives the interpreter up at every row, so that reading threads mostly wait for one another: one
# alone answers three times as many searches as four. PostgreSQL's driver waits for the network instead.
SQLITE_READERS = 1
POSTGRES_READERS = 4
# The writer's and the reader's thread wait for the interpreter at most this long (seconds) while another is busy: the
# default of 5 ms is several times what a transaction takes.
SWITCH_INTERVAL = 0.0002


class Database:
    """Reads on threads of their own, writes through the one writer. Both take a function of a connection.

    A read sees one snapshot, and every write that was answered before it began.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = Writer(engine)
        readers = SQLITE_READERS if engine.is_sqlite else POSTGRES_READERS
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="reader")
        self._local = threading.local()
        self._connections: list[Connection] = []

    async def open(self) -> Self:
        sys.setswitchinterval(SWITCH_INTERVAL)
        self._writer.start(asyncio.get_running_loop())
        return self

    async def close(self) -> None:
        await self._writer.close()
        self._readers.shutdown(wait=True)
        for connection in self._connections:
            connection.close()

    def write(self, write: Callable[[Connection], Result]) -> "asyncio.Future[Result]":
        """See `brickyard.server.db.writer.Writer.submit`."""
        return self._writer.submit(write)

    async def read(self, read: Callable[[Connection], Result]) -> Result:
        """The result of a function that only reads."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, read)

    def _read(self, read: Callable[[Connection], Result]) -> Result:
        connection = self._reader()
        connection.script(self.engine.begin_read)
        try:
            return read(connection)
        finally:
            connection.script("ROLLBACK")

    def _reader(self) -> Connection:
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None or connection.is_lost:
            connection = self._local.connection = self.engine.connect()
            self._connections.append(connection)
        return connection
