"""The one writer of the database: many requests, one transaction, one sync of the disk.

A write is a function ``(connection) -> result`` that validates inside the transaction and has no effect outside the
database, because it may run more than once. A refused write changes nothing, and its neighbours go on: most writes are
refused before they change a row, and need nothing for that. Where one fails after it has, or in the database, the group
is rolled back and runs again with a SAVEPOINT around each write. (Around every write from the start they would cost a
copy of each page that is changed, and two more statements.) The answer goes out after COMMIT. If the commit itself
fails, every write of the group runs again in a transaction of its own: only those that cannot be stored fail.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from brickyard.errors import BrickyardError, TemporarilyUnavailable
from brickyard.server.db.connection import Connection
from brickyard.server.db.engine import Engine

Result = TypeVar("Result")
Write = Callable[[Connection], Result]

MAX_GROUP = 256  # writes of one transaction: bounds the time until the first of them is answered


@dataclass(slots=True, eq=False)
class _Job:
    write: Write[Any]
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        if self.future.cancelled():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class Writer:
    """Owns the only connection that writes, on a thread of its own.

    Thread-safety: `submit` is called on the event loop's thread alone.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._arrived: list[_Job] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._closed = False

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._thread.start()

    def submit(self, write: Write[Result]) -> "asyncio.Future[Result]":
        """The write's result, once it is durable.

        Raises (by the future):
            whatever the write raises; StorageFull, TemporarilyUnavailable.
        """
        if self._loop is None or self._closed:
            raise TemporarilyUnavailable("The server is stopping.")
        future: asyncio.Future[Result] = self._loop.create_future()
        # What arrives in one turn of the event loop goes over together: it saves a thread switch per request.
        if not self._arrived:
            self._loop.call_soon(self._hand_over)
        self._arrived.append(_Job(write, future))
        return future

    async def close(self) -> None:
        """Ends after everything that was submitted is stored."""
        self._hand_over()
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _hand_over(self) -> None:
        if self._arrived:
            self._queue.put(self._arrived)
            self._arrived = []

    def _run(self) -> None:
        connection = self._engine.connect()
        try:
            while (jobs := self._next_group()) is not None:
                connection = self._usable(connection)
                self._commit(connection, jobs)
                if self._loop is not None:
                    self._loop.call_soon_threadsafe(_settle, jobs)
        finally:
            connection.close()

    def _usable(self, connection: Connection) -> Connection:
        """The connection, or a new one when the database has ended it."""
        if not connection.is_lost:
            return connection
        try:
            return self._engine.connect()
        except BrickyardError:  # the database is still away: the next BEGIN on the old one says so to each request
            return connection

    def _next_group(self) -> list[_Job] | None:
        group = self._queue.get()
        if group is None:
            return None
        while len(group) < MAX_GROUP:
            try:
                more = self._queue.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self._queue.put(None)
                break
            group += more
        return group

    def _commit(self, connection: Connection, jobs: list[_Job]) -> None:
        try:
            if not self._transact(connection, jobs, _run):
                _rollback(connection)
                self._transact(connection, jobs, _run_in_savepoint)
        except Exception:  # reason: a failed commit concerns the group; each job alone finds its own error
            _rollback(connection)
            for job in jobs:
                self._commit_alone(connection, job)

    def _commit_alone(self, connection: Connection, job: _Job) -> None:
        try:
            self._transact(connection, [job], _run_in_savepoint)
        except Exception as error:  # reason: the thread's edge; the error is the answer
            _rollback(connection)
            job.error = error

    def _transact(self, connection: Connection, jobs: list[_Job], run: Callable[[Connection, _Job], bool]) -> bool:
        """Whether it was committed: not when a job left changes that have to go."""
        connection.script(self._engine.begin_write)
        for job in jobs:
            job.result = job.error = None
            if not run(connection, job):
                return False
        connection.script("COMMIT")
        return True


def _run(connection: Connection, job: _Job) -> bool:
    """Whether what a job did can stand: it went well, or was refused before it changed anything."""
    before = connection.changes
    try:
        job.result = job.write(connection)
    except Exception as error:  # reason: the thread's edge; the error is this job's answer
        job.error = error
        return connection.changes == before
    return True


def _run_in_savepoint(connection: Connection, job: _Job) -> bool:
    connection.script("SAVEPOINT one")
    try:
        job.result = job.write(connection)
    except Exception as error:  # reason: the thread's edge; the error is this job's answer
        job.error = error
        connection.script("ROLLBACK TO SAVEPOINT one")
    connection.script("RELEASE SAVEPOINT one")
    return True


def _rollback(connection: Connection) -> None:
    try:
        connection.script("ROLLBACK")
    except Exception:  # reason: no transaction is open any more, or the connection is gone; the next BEGIN tells
        return


def _settle(jobs: list[_Job]) -> None:
    for job in jobs:
        job.settle()
