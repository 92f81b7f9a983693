"""/Volumes by the Files API."""

from collections.abc import Iterable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from brickyard.errors import AlreadyExists, NotFound
from brickyard.notebook.client import BLOCK, ServerClient
from brickyard.notebook.dbutils.storage import Entry

_FILES, _FOLDERS = "/api/2.0/fs/files", "/api/2.0/fs/directories"


class VolumeStorage:
    """Files in Unity Catalog volumes, /Volumes/<catalog>/<schema>/<volume>/..."""

    scheme = "dbfs:"

    def __init__(self, client: ServerClient) -> None:
        self._client = client

    def status(self, path: str) -> Entry | None:
        try:
            with self._client.open("HEAD", _FOLDERS + path):
                return Entry(path=path, is_dir=True)
        except NotFound:
            pass
        try:
            with self._client.open("HEAD", _FILES + path) as answer:
                headers = getattr(answer, "headers", {})
                return Entry(
                    path=path,
                    is_dir=False,
                    size=int(headers.get("Content-Length") or 0),
                    modified=_milliseconds(headers.get("Last-Modified")),
                )
        except NotFound:
            return None

    def entries(self, path: str) -> list[Entry]:
        found: list[Entry] = []
        token = ""
        while True:
            answer = self._client.get(_FOLDERS + path, **({"page_token": token} if token else {}))
            found += [_entry(item) for item in answer.get("contents", [])]
            token = answer.get("next_page_token", "")
            if not token:
                return sorted(found, key=lambda entry: entry.path)

    def read(self, path: str, *, limit: int | None = None) -> Iterator[bytes]:
        left = limit
        with self._client.open("GET", _FILES + path) as answer:
            while block := answer.read(BLOCK if left is None else min(BLOCK, left)):
                yield block
                left = None if left is None else left - len(block)

    def write(self, path: str, blocks: Iterable[bytes], *, overwrite: bool) -> None:
        if not overwrite and self.status(path) is not None:
            raise AlreadyExists(f"{path} is there already; pass overwrite=True")
        self._client.send("PUT", _FILES + path, data=blocks, overwrite=overwrite)

    def make_folder(self, path: str) -> None:
        self._client.send("PUT", _FOLDERS + path)

    def delete(self, path: str, *, recursive: bool) -> None:
        entry = self.status(path)
        if entry is None or not entry.is_dir:
            self._client.send("DELETE", _FILES + path)
            return
        for child in self.entries(path) if recursive else []:
            self.delete(child.path, recursive=True)
        self._client.send("DELETE", _FOLDERS + path)


def _entry(item: dict[str, Any]) -> Entry:
    return Entry(
        path=item["path"].rstrip("/"),
        is_dir=bool(item.get("is_directory")),
        size=int(item.get("file_size") or 0),
        modified=int(item.get("last_modified") or 0),
    )


def _milliseconds(http_date: str | None) -> int:
    return int(parsedate_to_datetime(http_date).timestamp() * 1000) if http_date else 0
