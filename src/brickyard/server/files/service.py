"""The rules of DBFS: absolute paths over the home's files, in blocks of at most 1 MiB."""

import asyncio
import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request as HttpRequest

from brickyard.errors import FileNotFound, InvalidParameterValue, LimitExceeded, NotImplementedHere
from brickyard.server.disk import Entry, Folder
from brickyard.server.files.handles import Handles
from brickyard.server.files.wire import file_info
from brickyard.server.streams import receive_file
from brickyard.wire.mounts import Mount, decode_mounts, mount_of
from brickyard.wire.paths import relative_segments
from brickyard.wire.requests import decode_base64

BLOCK = 1024 * 1024  # bytes: the most that one read or add-block carries


def segments_of(path: str, field: str = "path") -> tuple[str, ...]:
    """The segments of an absolute DBFS path, with or without the scheme.

    Raises:
        InvalidParameterValue: not absolute, or leaving its root.
    """
    plain = path.removeprefix("dbfs:")
    if not plain.startswith("/"):
        raise InvalidParameterValue(f"Path must be absolute: {field} is {path[:200]!r}; begin it with '/'.")
    return relative_segments(plain.strip("/"), field)


class Dbfs:
    """Files under the home's folder `files`.

    Args:
        mounts_file: the home's list of mount points. What lies below them is in object stores, and not reached here.
    """

    def __init__(self, folder: Folder, mounts_file: Path | None = None) -> None:
        self._folder = folder
        self._mounts_file = mounts_file
        self._handles = Handles(folder)

    async def status(self, path: str) -> dict[str, Any]:
        """
        Raises:
            FileNotFound: nothing has this path.
        """
        return file_info(await self._stat(path))

    async def list(self, path: str) -> list[dict[str, Any]]:
        """A folder's files and folders, by name; of a file, the file itself.

        Raises:
            FileNotFound: nothing has this path.
        """
        entry = await self._stat(path)
        if not entry.is_dir:
            return [file_info(entry)]
        return [file_info(found) for found in await asyncio.to_thread(self._folder.list, self._segments(path))]

    async def read(self, path: str, offset: int, length: int) -> dict[str, Any]:
        """Bytes from an offset, at most 1 MiB; none at the end of the file.

        Raises:
            FileNotFound: no such file.
            InvalidParameterValue: a negative offset or length, or an offset behind the end.
            LimitExceeded: a length of more than 1 MiB.
        """
        if offset < 0 or length < 0:
            raise InvalidParameterValue(f"offset and length must not be negative: got {offset} and {length}.")
        if length > BLOCK:
            raise LimitExceeded(f"length is {length}; one read carries at most {BLOCK} bytes.")
        file = await self.file(path)
        data = await asyncio.to_thread(_read, file, offset, length)
        return {"bytes_read": len(data), "data": base64.b64encode(data).decode()}

    async def file(self, path: str) -> Path:
        """
        Raises:
            FileNotFound: no such file, or a folder.
        """
        entry = await self._stat(path)
        if entry.is_dir:
            raise FileNotFound(f"{path!r} is a directory, not a file.")
        return self._folder.path(self._segments(path))

    async def create(self, path: str, *, overwrite: bool) -> int:
        """A handle to write a file in blocks.

        Raises:
            AlreadyExists: the file is there and overwrite is not set.
        """
        return await asyncio.to_thread(self._handles.create, self._of_file(path), overwrite=overwrite)

    async def add_block(self, handle: int, data: str) -> None:
        """
        Raises:
            NotFound: no such handle.
            InvalidParameterValue: the data is not base64.
            LimitExceeded: more than 1 MiB.
        """
        await asyncio.to_thread(self._handles.add, handle, _decoded(data, "data"))

    async def close(self, handle: int) -> None:
        """
        Raises:
            NotFound: no such handle.
            StorageFull: the disk is full; the file is not there.
        """
        await asyncio.to_thread(self._handles.close, handle)

    async def put(self, path: str, contents: str, *, overwrite: bool) -> None:
        """A small file at once.

        Raises:
            AlreadyExists, InvalidParameterValue, LimitExceeded: as `create` and `add_block`.
        """
        await asyncio.to_thread(self._put, self._of_file(path), _decoded(contents, "contents"), overwrite)

    async def receive(self, request: HttpRequest, path: str) -> None:
        """Write a request's body to a file, which may be there.

        Raises:
            InvalidParameterValue, StorageFull: a bad path; a full disk.
        """
        await receive_file(request, self._folder, self._of_file(path))

    async def make_folder(self, path: str) -> None:
        """
        Raises:
            AlreadyExists, InvalidParameterValue: a file is in the way.
        """
        await asyncio.to_thread(self._folder.make_folder, self._segments(path))

    async def delete(self, path: str, *, recursive: bool) -> None:
        """Nothing happens where nothing has this path.

        Raises:
            InvalidParameterValue: a folder that is not empty, without recursive.
        """
        await asyncio.to_thread(self._folder.remove, self._segments(path), recursive=recursive)

    async def move(self, source: str, target: str) -> None:
        """
        Raises:
            FileNotFound: nothing is at the source.
            AlreadyExists: something is at the target.
        """
        await asyncio.to_thread(
            self._folder.move, self._segments(source, "source_path"), self._segments(target, "destination_path")
        )

    def _segments(self, path: str, field: str = "path") -> tuple[str, ...]:
        """
        Raises:
            NotImplementedHere: it lies in a mount; names it.
        """
        segments = segments_of(path, field)
        mount = mount_of(self._mounts(), "/" + "/".join(segments))
        if mount is not None:
            raise NotImplementedHere(
                f"{path[:200]!r} lies in {mount.source}, mounted at {mount.point}: the DBFS API does not reach into "
                "mounts. Use dbutils.fs or spark in a notebook, or that address itself."
            )
        return segments

    def _of_file(self, path: str) -> tuple[str, ...]:
        segments = self._segments(path)
        if not segments or path.endswith("/"):
            raise InvalidParameterValue(f"path {path[:200]!r} must name a file.")
        return segments

    def _mounts(self) -> tuple[Mount, ...]:
        try:
            text = self._mounts_file.read_bytes() if self._mounts_file else b""
        except FileNotFoundError:
            return ()
        return decode_mounts(text, str(self._mounts_file)) if text else ()

    async def _stat(self, path: str) -> Entry:
        segments = self._segments(path)
        try:
            return await asyncio.to_thread(self._folder.stat, segments)
        except FileNotFound:
            raise FileNotFound(f"No file or directory exists on path {path}.") from None

    def _put(self, segments: Sequence[str], data: bytes, overwrite: bool) -> None:
        with self._folder.writing(segments, overwrite=overwrite) as file:
            file.write(data)


def _decoded(text: str, field: str) -> bytes:
    data = decode_base64(text, field)
    if len(data) > BLOCK:
        raise LimitExceeded(f"{field} has {len(data)} bytes; one request carries at most {BLOCK}.")
    return data


def _read(path: Path, offset: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(length)
