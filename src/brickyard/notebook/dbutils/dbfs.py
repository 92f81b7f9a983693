"""dbfs:/ by the DBFS REST API, so that a server on another machine does as well."""

import base64
from collections.abc import Iterable, Iterator
from typing import Any

from brickyard.errors import NotFound
from brickyard.notebook.client import BLOCK, ServerClient
from brickyard.notebook.dbutils.storage import Entry

_API = "/api/2.0/dbfs"


class DbfsStorage:
    """The server's files. `/mnt/x` is `dbfs:/mnt/x`."""

    scheme = "dbfs:"

    def __init__(self, client: ServerClient) -> None:
        self._client = client

    def status(self, path: str) -> Entry | None:
        try:
            return _entry(self._client.get(f"{_API}/get-status", path=path))
        except NotFound:
            return None

    def entries(self, path: str) -> list[Entry]:
        found = self._client.get(f"{_API}/list", path=path).get("files", [])
        return sorted((_entry(item) for item in found), key=lambda entry: entry.path)

    def read(self, path: str, *, limit: int | None = None) -> Iterator[bytes]:
        offset = 0
        while limit is None or offset < limit:
            length = BLOCK if limit is None else min(BLOCK, limit - offset)
            answer = self._client.get(f"{_API}/read", path=path, offset=offset, length=length)
            if not answer["bytes_read"]:
                return
            yield base64.b64decode(answer["data"])
            offset += answer["bytes_read"]

    def write(self, path: str, blocks: Iterable[bytes], *, overwrite: bool) -> None:
        handle = self._client.post(f"{_API}/create", {"path": path, "overwrite": overwrite})["handle"]
        for block in blocks:
            self._client.post(f"{_API}/add-block", {"handle": handle, "data": base64.b64encode(block).decode()})
        self._client.post(f"{_API}/close", {"handle": handle})

    def make_folder(self, path: str) -> None:
        self._client.post(f"{_API}/mkdirs", {"path": path})

    def delete(self, path: str, *, recursive: bool) -> None:
        self._client.post(f"{_API}/delete", {"path": path, "recursive": recursive})

    def move(self, source: str, target: str) -> None:
        """Move a file or folder inside dbfs:/, without copying."""
        self._client.post(f"{_API}/move", {"source_path": source, "destination_path": target})


def _entry(item: dict[str, Any]) -> Entry:
    return Entry(
        path=item["path"],
        is_dir=bool(item.get("is_dir")),
        size=int(item.get("file_size", 0)),
        modified=int(item.get("modification_time", 0)),
    )
