"""A log file that is bounded, whatever is written to it."""

import os
from pathlib import Path

MAX_LOG = 4 * 1024 * 1024
"""Bytes of one file; the one before it is kept beside it, as `.1`."""


class RotatingLog:
    """Appends to a file, which is begun anew when it is full.

    Args:
        path: in an existing folder.
        limit: bytes.
    """

    def __init__(self, path: Path, *, limit: int = MAX_LOG) -> None:
        self._path = path
        self._limit = limit
        self._file = path.open("ab", buffering=0)
        self._size = self._file.tell()

    def write(self, data: bytes) -> None:
        """A disk that is full loses the line, and nothing else."""
        try:
            if self._size + len(data) > self._limit:
                self._file.close()
                os.replace(self._path, previous(self._path))
                self._file = self._path.open("ab", buffering=0)
                self._size = 0
            self._size += self._file.write(data) or 0
        except OSError:
            return

    def close(self) -> None:
        self._file.close()


def previous(path: Path) -> Path:
    """The file that was full before this one."""
    return path.with_name(f"{path.name}.1")
