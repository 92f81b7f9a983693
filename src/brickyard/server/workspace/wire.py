"""Bytes <-> the workspace API."""

from typing import Any

from brickyard.server.workspace.contents import Format
from brickyard.server.workspace.entities import WorkspaceObject
from brickyard.wire.notebook_text import Language
from brickyard.wire.requests import Request


class OnePath(Request, frozen=True):
    required = ("path",)
    path: str = ""


class ListObjects(Request, frozen=True):
    required = ("path",)
    path: str = ""
    notebooks_modified_after: int = 0


class DeleteObject(Request, frozen=True):
    required = ("path",)
    path: str = ""
    recursive: bool = False


class ImportObject(Request, frozen=True):
    """`content` is base64 in JSON; in a multipart form it is the part of that name, and not in here."""

    required = ("path",)
    path: str = ""
    format: Format = "SOURCE"
    language: Language | None = None
    overwrite: bool = False
    content: str = ""


class ExportObject(Request, frozen=True):
    required = ("path",)
    path: str = ""
    format: Format = "SOURCE"
    direct_download: bool = False


def object_info(found: WorkspaceObject, created_at: int) -> dict[str, Any]:
    info: dict[str, Any] = {
        "object_type": found.kind,
        "path": found.path,
        "object_id": found.object_id,
        "resource_id": str(found.object_id),
        "created_at": created_at,
        "modified_at": found.modified_at,
    }
    if found.language is not None:
        info["language"] = found.language
    if found.kind == "FILE":
        info["size"] = found.size
    return info
