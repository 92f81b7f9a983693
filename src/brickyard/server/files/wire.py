"""Bytes <-> the DBFS API."""

from typing import Any

from brickyard.server.disk import Entry
from brickyard.wire.requests import Request


class OnePath(Request, frozen=True):
    required = ("path",)
    path: str = ""


class ReadFile(Request, frozen=True):
    required = ("path",)
    path: str = ""
    offset: int = 0
    length: int = 512 * 1024


class CreateFile(Request, frozen=True):
    required = ("path",)
    path: str = ""
    overwrite: bool = False


class AddBlock(Request, frozen=True):
    required = ("handle",)
    handle: int | None = None
    data: str = ""


class CloseFile(Request, frozen=True):
    required = ("handle",)
    handle: int | None = None


class PutFile(Request, frozen=True):
    required = ("path",)
    path: str = ""
    contents: str = ""
    overwrite: bool = False


class DeleteFile(Request, frozen=True):
    required = ("path",)
    path: str = ""
    recursive: bool = False


class MoveFile(Request, frozen=True):
    required = ("source_path", "destination_path")
    source_path: str = ""
    destination_path: str = ""


def file_info(entry: Entry) -> dict[str, Any]:
    """An entry as the DBFS API shows it; the path is absolute, without a scheme."""
    return {
        "path": "/" + entry.path,
        "is_dir": entry.is_dir,
        "file_size": entry.size,
        "modification_time": entry.modified_at,
    }
