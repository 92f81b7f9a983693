"""The Delta logs of tables, read by the data worker only when they have changed."""

import asyncio
import os
import re
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from brickyard.errors import BrickyardError
from brickyard.server.catalog.entities import Column
from brickyard.server.catalog.tables.entities import Stamp
from brickyard.wire.cloud import is_cloud

Result = TypeVar("Result")

REMEMBERED = 4096  # tables whose columns are kept in memory
CLOUD_SECONDS = 15  # how long what is known of a table in an object store holds: there is no cheap look at its log

_COMMIT = re.compile(r"\d{20}(\.json|\.checkpoint(\.[\w.-]+)?\.parquet)")


class Worker(Protocol):
    """The data worker, as far as the catalog uses it."""

    async def call(self, task: str, arguments: Mapping[str, Any], result: type[Result]) -> Result:
        """The result of a task.

        Raises:
            WorkerFailed: it ended, or does not answer.
        """


class DeltaLogs:
    """Used on the event loop's thread alone."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._columns: OrderedDict[str, tuple[Stamp, tuple[Column, ...] | BrickyardError]] = OrderedDict()

    async def stamps(self, locations: Sequence[str]) -> list[Stamp | None]:
        """The state of each log; None: no Delta table. Of object stores it is the time: they are not asked."""
        return await asyncio.to_thread(lambda: [_stamp(location) for location in locations])

    def known_columns(self, location: str, stamp: Stamp) -> tuple[Column, ...] | None:
        """The columns of a log in this state, if they have been read.

        Raises:
            BrickyardError: of an object store, if that failed in this state.
        """
        known = self._columns.get(location)
        if known is None or known[0] != stamp:
            return None
        if isinstance(known[1], BrickyardError):
            raise known[1]
        return known[1]

    async def columns(self, location: str, stamp: Stamp) -> tuple[Column, ...]:
        """The columns of a log in this state or a newer one.

        Raises:
            NotFound, InvalidState, NotImplementedHere: the log is gone, broken, or of features that cannot be read.
            PermissionDenied: the object store does not let this server read it.
            WorkerFailed, TemporarilyUnavailable: the log cannot be read now.
        """
        known = self.known_columns(location, stamp)
        if known is not None:
            return known
        try:
            columns = await self._worker.call("table_schema", {"location": location}, tuple[Column, ...])
        except BrickyardError as error:
            if is_cloud(location):
                self._remember(location, stamp, error)  # waiting for a store that does not answer once is enough
            raise
        self._remember(location, stamp, columns)
        return columns

    def _remember(self, location: str, stamp: Stamp, what: tuple[Column, ...] | BrickyardError) -> None:
        self._columns[location] = (stamp, what)
        self._columns.move_to_end(location)
        if len(self._columns) > REMEMBERED:
            self._columns.popitem(last=False)

    async def read(self, task: str, location: str, result: type[Result], **arguments: Any) -> Result:
        """What another task of the data worker tells of a table."""
        return await self._worker.call(task, {"location": location, **arguments}, result)


def _stamp(location: str) -> Stamp | None:
    if is_cloud(location):
        return Stamp("", int(time.monotonic() // CLOUD_SECONDS))
    newest, log = "", f"{location}/_delta_log"
    try:
        with os.scandir(log) as entries:
            for entry in entries:
                if entry.name > newest and _COMMIT.fullmatch(entry.name):
                    newest = entry.name
        if not newest:
            return None
        return Stamp(newest, os.stat(f"{log}/{newest}").st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError):
        return None
