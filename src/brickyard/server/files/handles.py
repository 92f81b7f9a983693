"""Files that clients write in blocks: opened, added to, closed."""

import itertools
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO

from brickyard.errors import LimitExceeded, NotFound
from brickyard.server.disk import Folder

MAX_OPEN = 1000
IDLE_SECONDS = 3600.0  # a handle that nobody used for so long is dropped with what was written


@dataclass(slots=True)
class _Open:
    writing: AbstractContextManager[IO[bytes]]
    file: IO[bytes]
    used_at: float = field(default_factory=time.monotonic)


class Handles:
    """Open files by their handle, a number. What is never closed never appears.

    Thread-safety: one caller at a time per handle; handles may be made from several threads.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._numbers = itertools.count(int(time.time() * 1000))
        self._open: dict[int, _Open] = {}

    def create(self, segments: Sequence[str], *, overwrite: bool) -> int:
        """
        Raises:
            AlreadyExists: the file is there and must not be overwritten.
            LimitExceeded: too many files are open.
        """
        self._drop_idle()
        if len(self._open) >= MAX_OPEN:
            raise LimitExceeded(f"More than {MAX_OPEN} files are open for writing; close some.")
        writing = self._folder.writing(segments, overwrite=overwrite)
        handle = next(self._numbers)
        self._open[handle] = _Open(writing, writing.__enter__())
        return handle

    def add(self, handle: int, data: bytes) -> None:
        """
        Raises:
            NotFound: no such handle.
            StorageFull: the disk is full; the handle is closed, and nothing of the file is kept.
        """
        entry = self._find(handle)
        try:
            entry.file.write(data)
        except OSError as error:
            del self._open[handle]
            entry.writing.__exit__(type(error), error, error.__traceback__)
            raise
        entry.used_at = time.monotonic()

    def close(self, handle: int) -> None:
        """The file takes its place.

        Raises:
            NotFound: no such handle.
        """
        entry = self._find(handle)
        del self._open[handle]
        entry.writing.__exit__(None, None, None)

    def _find(self, handle: int) -> _Open:
        entry = self._open.get(handle)
        if entry is None:
            raise NotFound(f"No open file has the handle {handle}; it was closed, or the server was started anew.")
        return entry

    def _drop_idle(self) -> None:
        oldest = time.monotonic() - IDLE_SECONDS
        for handle, entry in list(self._open.items()):
            if entry.used_at < oldest:
                del self._open[handle]
                entry.writing.__exit__(TimeoutError, TimeoutError("idle"), None)
