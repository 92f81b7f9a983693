"""Bytes <-> the Files API."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import msgspec
from starlette.requests import Request as HttpRequest

from brickyard.server.disk import Entry
from brickyard.server.files.volumes import Page
from brickyard.wire.requests import Request, decode_mapping, query_mapping


class FileQuery(Request, frozen=True):
    """What may stand behind the path of a file."""

    overwrite: bool = False
    action: str = ""
    upload_type: str = ""
    session_token: str = ""
    part_number: int = 0


class DirectoryQuery(Request, frozen=True):
    page_size: int = 0
    page_token: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    part_number: int
    etag: str = ""


class CompleteUpload(Request, frozen=True):
    required = ("parts",)
    parts: list[Part] = []


class PartUrls(Request, frozen=True):
    required = ("path", "session_token")
    path: str = ""
    session_token: str = ""
    start_part_number: int = 1
    count: int = 1


class AbortUrl(Request, frozen=True):
    required = ("path", "session_token")
    path: str = ""
    session_token: str = ""


class DownloadUrl(Request, frozen=True):
    required = ("path",)
    path: str = ""


def file_query(request: HttpRequest) -> FileQuery:
    return decode_mapping(FileQuery, query_mapping(FileQuery, request.query_params.multi_items()))


def directory_query(request: HttpRequest) -> DirectoryQuery:
    return decode_mapping(DirectoryQuery, query_mapping(DirectoryQuery, request.query_params.multi_items()))


def directory_page(page: Page) -> dict[str, Any]:
    answer: dict[str, Any] = {"contents": [_entry(entry) for entry in page.entries]}
    return answer | ({"next_page_token": page.next_page_token} if page.next_page_token else {})


def http_date(milliseconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(milliseconds // 1000, UTC), usegmt=True)


def is_unmodified(request: HttpRequest, entry: Entry) -> bool:
    """Whether an If-Unmodified-Since holds, to the second; one that is missing or unreadable does."""
    since = request.headers.get("if-unmodified-since")
    if since is None:
        return True
    try:
        return entry.modified_at // 1000 <= parsedate_to_datetime(since).timestamp()
    except ValueError:
        return True


def _entry(entry: Entry) -> dict[str, Any]:
    path = f"/{entry.path}"
    info: dict[str, Any] = {
        "path": f"{path}/" if entry.is_dir else path,
        "is_directory": entry.is_dir,
        "name": entry.path.rpartition("/")[2],
        "last_modified": entry.modified_at,
    }
    return info if entry.is_dir else info | {"file_size": entry.size}
