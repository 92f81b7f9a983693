"""Large files that clients send in parts, in any order and at once: begun, filled, put together or dropped."""

import asyncio
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request as HttpRequest

from brickyard.errors import (
    AlreadyExists,
    FileAlreadyExists,
    FileNotFound,
    InvalidParameterValue,
    LimitExceeded,
    NotFound,
)
from brickyard.server.disk import UPLOADS, Folder
from brickyard.server.streams import CHUNK, receive_file

MAX_OPEN = 1000
MAX_PARTS = 10_000
IDLE_SECONDS = 3600.0  # an upload that nobody used for so long is dropped with its parts


@dataclass(slots=True)
class _Upload:
    target: tuple[str, ...]
    overwrite: bool
    folder: Folder
    parts: dict[int, str] = field(default_factory=dict)
    used_at: float = field(default_factory=time.monotonic)


class PartialUploads:
    """Uploads by their session token. What is never completed never appears, and goes with the next start.

    Thread-safety: used on the event loop's thread alone.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._open: dict[str, _Upload] = {}

    async def begin(self, target: tuple[str, ...], *, overwrite: bool) -> str:
        """The session token of a new upload.

        Raises:
            FileAlreadyExists: the file is there and overwrite is not set.
            LimitExceeded: too many uploads are open.
        """
        await self._drop_idle()
        if len(self._open) >= MAX_OPEN:
            raise LimitExceeded(f"More than {MAX_OPEN} uploads are open; complete or abort some.")
        if not overwrite and await asyncio.to_thread(self._exists, target):
            raise FileAlreadyExists(f"The file being created already exists. Path: /{'/'.join(target)}.")
        token = secrets.token_hex(16)
        parts = Folder(self._folder.root / UPLOADS / f"parts-{token}")
        await asyncio.to_thread(parts.prepare)
        self._open[token] = _Upload(target, overwrite, parts)
        return token

    async def add(self, request: HttpRequest, token: str, target: tuple[str, ...], number: int) -> str:
        """Store a part, in place of an earlier one of its number; its ETag.

        Raises:
            NotFound: no such upload of this file.
            InvalidParameterValue: number is not from 1 to 10,000.
        """
        upload = self._find(token, target)
        if not 1 <= number <= MAX_PARTS:
            raise InvalidParameterValue(f"part_number is {number}; it must be from 1 to {MAX_PARTS}.")
        await receive_file(request, upload.folder, (str(number),))
        upload.used_at = time.monotonic()
        upload.parts[number] = secrets.token_hex(16)
        return upload.parts[number]

    async def complete(self, token: str, target: tuple[str, ...], parts: Sequence[tuple[int, str]]) -> None:
        """Put the parts together: the file takes its place.

        Raises:
            NotFound: no such upload of this file.
            InvalidParameterValue: a part that was not sent, or was replaced since.
            FileAlreadyExists: the file is there and overwrite was not set.
            StorageFull: the disk is full; the upload can still be completed.
        """
        upload = self._find(token, target)
        numbers = sorted(number for number, _ in parts)
        if not parts or len(set(numbers)) != len(numbers):
            raise InvalidParameterValue("parts must name each part of the upload once.")
        for number, etag in parts:
            if upload.parts.get(number) != etag.strip('"'):
                raise InvalidParameterValue(f"Part {number} of the upload was not sent, or was replaced: wrong etag.")
        try:
            await asyncio.to_thread(self._join, upload, numbers)
        except AlreadyExists as error:
            raise FileAlreadyExists(f"The file being created already exists. {error.message}") from None
        await self._drop(token)

    async def abort(self, token: str, target: tuple[str, ...]) -> None:
        """Drop an upload.

        Raises:
            NotFound: no such upload of this file.
        """
        self._find(token, target)
        await self._drop(token)

    def check(self, token: str, target: tuple[str, ...]) -> None:
        """
        Raises:
            NotFound: no such upload of this file.
        """
        self._find(token, target)

    def _find(self, token: str, target: tuple[str, ...]) -> _Upload:
        upload = self._open.get(token)
        if upload is None or upload.target != target:
            raise NotFound("No upload of this file has this session_token; it was ended, or the server started anew.")
        return upload

    def _exists(self, target: tuple[str, ...]) -> bool:
        try:
            self._folder.stat(target)
        except FileNotFound:
            return False
        return True

    def _join(self, upload: _Upload, numbers: Sequence[int]) -> None:
        with self._folder.writing(upload.target, overwrite=upload.overwrite) as file:
            for number in numbers:
                with self._part(upload, number).open("rb") as part:
                    shutil.copyfileobj(part, file, CHUNK)

    def _part(self, upload: _Upload, number: int) -> Path:
        return upload.folder.path((str(number),))

    async def _drop(self, token: str) -> None:
        upload = self._open.pop(token, None)
        if upload is not None:
            await asyncio.to_thread(shutil.rmtree, upload.folder.root, ignore_errors=True)

    async def _drop_idle(self) -> None:
        oldest = time.monotonic() - IDLE_SECONDS
        for token in [token for token, upload in self._open.items() if upload.used_at < oldest]:
            await self._drop(token)
