"""The access log: one JSON line per request, written behind the answers."""

import logging
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

ROTATE_BYTES = 50 * 1024 * 1024
KEPT_FILES = 3
FLUSH_SECONDS = 0.5

logger = logging.getLogger("brickyard.server")
_encode = msgspec.json.Encoder().encode


class Entry(NamedTuple):
    """One answered request."""

    at: float
    request_id: bytes
    method: str
    path: str
    status: int
    seconds: float
    client: Any
    error: str


class AccessLog:
    """Lines gather in memory and reach the file twice a second, in a thread; a crash may lose the last half second.

    Fields: time (seconds since the epoch), id, method, path, status, seconds, client, error (the error code, if any).
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lines: list[Entry] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)
        if path is not None:
            self._thread.start()

    def record(self, scope: Any, status: int, seconds: float, request_id: bytes, error: str) -> None:
        if self._path is not None:
            self._lines.append(
                Entry(time.time(), request_id, scope["method"], scope["path"], status, seconds, scope["client"], error)
            )

    def close(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_SECONDS):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        if not self._lines or self._path is None:
            return
        lines, self._lines = self._lines, []
        text = b"".join(_line(line) for line in lines)
        try:
            self._rotate()
            with self._path.open("ab") as file:
                file.write(text)
        except OSError as error:
            logger.warning("the access log %s cannot be written: %s", self._path, error)

    def _rotate(self) -> None:
        path = self._path
        if path is None or not path.exists() or path.stat().st_size < ROTATE_BYTES:
            return
        for number in range(KEPT_FILES, 0, -1):
            older = path.with_suffix(f".{number}.jsonl")
            newer = path if number == 1 else path.with_suffix(f".{number - 1}.jsonl")
            if newer.exists():
                newer.replace(older)


def _line(entry: Entry) -> bytes:
    record = {
        "time": round(entry.at, 6),
        "id": entry.request_id.decode("latin-1"),
        "method": entry.method,
        "path": entry.path,
        "status": entry.status,
        "seconds": round(entry.seconds, 6),
        "client": entry.client[0] if entry.client else "",
    }
    return _encode({**record, "error": entry.error} if entry.error else record) + b"\n"
