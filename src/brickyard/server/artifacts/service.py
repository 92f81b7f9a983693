"""The rules of artifacts: what a URI means here, listing, reading, writing."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from starlette.requests import Request as HttpRequest

from brickyard.errors import FileNotFound, InvalidParameterValue
from brickyard.server.artifacts.entities import FileInfo
from brickyard.server.disk import Folder
from brickyard.server.streams import receive_file
from brickyard.wire.paths import relative_segments

SCHEME = "mlflow-artifacts"


class Artifacts:
    """The files under the artifact root of the home.

    A proxied URI ``mlflow-artifacts:/a/b`` is the folder a/b under the root.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    @staticmethod
    def is_proxied(uri: str) -> bool:
        """Whether the files of a URI are kept by this server, and not where the client puts them itself."""
        return uri.startswith(f"{SCHEME}:")

    @staticmethod
    def segments_of(uri: str, path: str = "") -> tuple[str, ...]:
        """The place of a proxied URI, and a path below it.

        Raises:
            InvalidParameterValue: another kind of URI, or a path that leaves its root.
        """
        parts = urlsplit(uri)
        if parts.scheme != SCHEME:
            raise InvalidParameterValue(
                f"The artifacts at {uri!r} are not kept by this server; read them where they are."
            )
        return (*relative_segments(unquote(parts.path).strip("/")), *relative_segments(path))

    async def list(self, segments: Sequence[str], *, below: int) -> list[FileInfo]:
        """What lies directly in a folder, its paths without their first `below` segments; nothing where none is."""
        try:
            entries = await asyncio.to_thread(self._folder.list, segments)
        except FileNotFound:
            return []
        return [FileInfo.of(entry, below) for entry in entries]

    async def file(self, segments: Sequence[str]) -> Path:
        """The path of a file to send.

        Raises:
            FileNotFound: no such file, or a folder.
        """
        entry = await asyncio.to_thread(self._folder.stat, segments)
        if entry.is_dir:
            raise FileNotFound(f"{entry.path!r} is a folder, not a file.")
        return self._folder.path(segments)

    async def receive(self, request: HttpRequest, segments: Sequence[str]) -> None:
        """Write a request's body to a file.

        Raises:
            InvalidParameterValue: no file name.
            StorageFull: the disk is full.
        """
        if not segments:
            raise InvalidParameterValue("Invalid path '': it must name a file.")
        await receive_file(request, self._folder, segments)

    async def remove(self, segments: Sequence[str]) -> None:
        """Delete a file, or a folder with its files; nothing if it is not there."""
        await asyncio.to_thread(self._folder.remove, segments, recursive=True)
