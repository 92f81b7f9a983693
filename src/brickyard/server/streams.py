"""Bodies between the network and the disk, never whole in memory."""

import asyncio
from collections.abc import Sequence
from typing import IO

from starlette.requests import Request as HttpRequest

from brickyard.server.disk import Folder

CHUNK = 1024 * 1024  # bytes that are gathered before a thread writes them


async def receive_file(request: HttpRequest, folder: Folder, segments: Sequence[str], *, overwrite: bool = True) -> int:
    """Write a request's body to a file; bytes written. A body that breaks off leaves nothing behind.

    Raises:
        StorageFull, AlreadyExists: see `Folder.writing`.
    """
    writing = folder.writing(segments, overwrite=overwrite)
    file: IO[bytes] = await asyncio.to_thread(writing.__enter__)
    size = 0
    try:
        buffer = bytearray()
        async for chunk in request.stream():
            buffer += chunk
            if len(buffer) >= CHUNK:
                size += await asyncio.to_thread(file.write, bytes(buffer))
                buffer.clear()
        size += await asyncio.to_thread(file.write, bytes(buffer))
    except BaseException as error:  # reason: a cancelled or broken upload must be taken back, whatever ended it
        if not await asyncio.to_thread(writing.__exit__, type(error), error, error.__traceback__):
            raise
    await asyncio.to_thread(writing.__exit__, None, None, None)
    return size
