"""The Delta logs of tables, read by the data worker only when they have changed."""

import asyncio
import os
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Protocol, TypeVar

from brickyard.server.catalog.entities import Column
from brickyard.server.catalog.tables.entities import Stamp

Result = TypeVar("Result")

REMEMBERED = 4096  # tables whose columns are kept in memory

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
        self._columns: OrderedDict[str, tuple[Stamp, tuple[Column, ...]]] = OrderedDict()

    async def stamps(self, paths: Sequence[PurePosixPath]) -> list[Stamp | None]:
        """The state of each log; None where there is no Delta table."""
        return await asyncio.to_thread(lambda: [_stamp(path) for path in paths])

    def known_columns(self, path: PurePosixPath, stamp: Stamp) -> tuple[Column, ...] | None:
        """The columns of a log in this state, if they have been read."""
        known = self._columns.get(str(path))
        return known[1] if known is not None and known[0] == stamp else None

    async def columns(self, path: PurePosixPath, stamp: Stamp) -> tuple[Column, ...]:
        """The columns of a log in this state or a newer one.

        Raises:
            NotFound, InvalidState, NotImplementedHere: the log is gone, broken, or of features that cannot be read.
            WorkerFailed, TemporarilyUnavailable: the log cannot be read now.
        """
        known = self.known_columns(path, stamp)
        if known is not None:
            return known
        columns = await self._worker.call("table_schema", {"location": str(path)}, tuple[Column, ...])
        self._columns[str(path)] = (stamp, columns)
        self._columns.move_to_end(str(path))
        if len(self._columns) > REMEMBERED:
            self._columns.popitem(last=False)
        return columns

    async def read(self, task: str, path: PurePosixPath, result: type[Result], **arguments: Any) -> Result:
        """What another task of the data worker tells of a table."""
        return await self._worker.call(task, {"location": str(path), **arguments}, result)


def _stamp(path: PurePosixPath) -> Stamp | None:
    newest = ""
    try:
        with os.scandir(path / "_delta_log") as entries:
            for entry in entries:
                if entry.name > newest and _COMMIT.fullmatch(entry.name):
                    newest = entry.name
        if not newest:
            return None
        return Stamp(newest, os.stat(path / "_delta_log" / newest).st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError):
        return None
