"""The rules of the Files API: files of volumes, /Volumes/<catalog>/<schema>/<volume>/..."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request as HttpRequest

from brickyard.errors import (
    AlreadyExists,
    BadRequest,
    DirectoryNotEmpty,
    FileAlreadyExists,
    FileNotFound,
    InvalidParameterValue,
)
from brickyard.server.disk import Entry, Folder
from brickyard.server.streams import receive_file
from brickyard.wire.paths import relative_segments

VOLUMES = "Volumes"
MAX_PAGE = 1000
DEPTH = 4  # Volumes, catalog, schema, volume

VolumeFinder = Callable[[str, str, str], Awaitable[tuple[str, str, str]]]
"""From a volume's catalog, schema and name to their stored spellings; raises NotFound where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A part of a folder's entries, and the token of the next one."""

    entries: Sequence[Entry]
    next_page_token: str = ""


class VolumeFiles:
    """Files and folders of volumes that the catalog knows. Paths are absolute, and come as the client sent them."""

    def __init__(self, folder: Folder, find_volume: VolumeFinder) -> None:
        self._folder = folder
        self._find_volume = find_volume

    async def file(self, path: str) -> tuple[Path, Entry]:
        """
        Raises:
            InvalidParameterValue: not a path in a volume.
            NotFound: no such volume; FileNotFound: no such file, or a folder.
        """
        segments = await self.segments(path)
        entry = await self._stat(segments)
        if entry.is_dir:
            raise FileNotFound(f"The file being accessed is not found: {path[:300]!r} is a directory.")
        return self._folder.path(segments), entry

    async def directory(self, path: str) -> Entry:
        """Raises as `file`; a file is no directory."""
        segments = await self.segments(path)
        entry = await self._stat(segments)
        if not entry.is_dir:
            raise FileNotFound(f"The directory being accessed is not found: {path[:300]!r} is a file.")
        return entry

    async def receive(self, request: HttpRequest, path: str, *, overwrite: bool) -> None:
        """Write a request's body to a file, streamed.

        Raises:
            FileAlreadyExists: the file is there and overwrite is not set, or a directory has its name.
            StorageFull: the disk is full; nothing was changed.
        """
        segments = await self.target(path)
        try:
            await receive_file(request, self._folder, segments, overwrite=overwrite)
        except AlreadyExists as error:
            raise FileAlreadyExists(f"The file being created already exists. {error.message}") from None

    async def target(self, path: str) -> tuple[str, ...]:
        """The segments of a file that is to be written. Raises as `file`, but for a missing file."""
        segments = await self.segments(path)
        if len(segments) == DEPTH or path.endswith("/"):
            raise InvalidParameterValue(f"path {path[:300]!r} must name a file.")
        return segments

    async def delete_file(self, path: str) -> None:
        """Raises as `file`."""
        segments = await self.segments(path)
        await self.file(path)
        await asyncio.to_thread(self._folder.remove, segments, recursive=False)

    async def make_directory(self, path: str) -> None:
        """The directory and those above it.

        Raises:
            FileAlreadyExists: a file has this name, or that of a directory above.
        """
        segments = await self.segments(path)
        for length in range(DEPTH, len(segments) + 1):
            try:
                entry = await asyncio.to_thread(self._folder.stat, segments[:length])
            except FileNotFound:
                break
            if not entry.is_dir:
                raise FileAlreadyExists(f"The directory cannot be made: '/{'/'.join(segments[:length])}' is a file.")
        await asyncio.to_thread(self._folder.make_folder, segments)

    async def delete_directory(self, path: str) -> None:
        """
        Raises:
            DirectoryNotEmpty: there is something in it.
            BadRequest: the root of a volume.
        """
        segments = await self.segments(path)
        await self.directory(path)
        if len(segments) == DEPTH:
            raise BadRequest(f"{path[:300]!r} is a volume: delete it in the catalog.")
        if await asyncio.to_thread(self._folder.list, segments):
            raise DirectoryNotEmpty("The directory being deleted is not empty.")
        await asyncio.to_thread(self._folder.remove, segments, recursive=False)

    async def listed(self, path: str, page_size: int, page_token: str) -> Page:
        """A page of what lies in a directory, by name; at most 1,000 entries, which 0 means too.

        Raises:
            InvalidParameterValue: a negative page_size, or a token that is not of ours.
        """
        if page_size < 0:
            raise InvalidParameterValue(f"page_size is {page_size}; it must not be negative.")
        after = _decoded(page_token)
        entry = await self.directory(path)
        found = await asyncio.to_thread(self._folder.list, tuple(entry.path.split("/")))
        left = [item for item in found if item.path.rpartition("/")[2] > after]
        most = min(page_size or MAX_PAGE, MAX_PAGE)
        page = left[:most]
        token = _encoded(page[-1].path.rpartition("/")[2]) if len(left) > most else ""
        return Page(entries=page, next_page_token=token)

    async def segments(self, path: str) -> tuple[str, ...]:
        """The segments of a path below the root of dbfs:/, its volume in the stored spelling.

        Raises:
            InvalidParameterValue: not a path in a volume.
            NotFound: no such volume.
        """
        segments = relative_segments(path.strip("/")) if path.startswith("/") else ()
        if len(segments) < DEPTH or segments[0] != VOLUMES:
            raise InvalidParameterValue(
                f"Invalid path: {path[:300]!r}; it must begin with /Volumes/<catalog>/<schema>/<volume>."
            )
        _, catalog, schema, volume, *rest = segments
        return (VOLUMES, *await self._find_volume(catalog, schema, volume), *rest)

    async def _stat(self, segments: Sequence[str]) -> Entry:
        try:
            return await asyncio.to_thread(self._folder.stat, segments)
        except FileNotFound:
            raise FileNotFound(f"No file or directory exists on path /{'/'.join(segments)}.") from None


def _encoded(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _decoded(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode("ascii")).decode()
    except ValueError:
        raise InvalidParameterValue("page_token is not one of this server's.") from None
