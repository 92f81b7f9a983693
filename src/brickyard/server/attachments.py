"""Stored files as HTTP: sent as attachments, so that a page among them never runs as one of ours."""

import mimetypes
from pathlib import Path

from starlette.responses import FileResponse

# Types that the web UI shows as text; the browser must not guess others from the bytes.
_TEXT_NAMES = frozenset({"MLmodel", "MLproject", "Dockerfile", "LICENSE"})
_TEXT_SUFFIXES = frozenset(
    [
        ".txt",
        ".log",
        ".yaml",
        ".yml",
        ".json",
        ".js",
        ".py",
        ".csv",
        ".tsv",
        ".md",
        ".html",
        ".xml",
        ".toml",
        ".ini",
        ".cfg",
        ".sql",
        ".r",
        ".sh",
    ]
)


def attachment(path: Path) -> FileResponse:
    """The file, with ranges and an ETag."""
    return FileResponse(
        path,
        media_type=media_type(path.name),
        filename=path.name,
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
    )


def media_type(name: str) -> str:
    if name in _TEXT_NAMES or Path(name).suffix.lower() in _TEXT_SUFFIXES:
        return "text/plain"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
