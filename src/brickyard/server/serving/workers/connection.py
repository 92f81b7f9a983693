"""One worker's connection: requests out, answers in."""

import asyncio
import time
from collections.abc import Callable
from typing import cast

from brickyard.scoring.frames import ANSWER, BEGUN, CANCEL, SCORE, BrokenFrames, FrameReader, begun_ids, pack
from brickyard.server.serving.workers.failures import ModelServerFailed, NotBegun
from brickyard.server.serving.workers.specs import Answer

MAX_ID = 2**32 - 1


class Connection(asyncio.Protocol):
    """Asks one worker process. Belongs to one event loop.

    Args:
        lost: called once when the connection has ended.
    """

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._pending: dict[int, asyncio.Future[Answer]] = {}
        self._begun: set[int] = set()
        self._last = 0
        self._heard = time.monotonic()

    @property
    def pending(self) -> int:
        """Requests that it has not answered."""
        return len(self._pending)

    @property
    def silent_s(self) -> float:
        """Seconds since it was heard of, while it has requests: also while nobody waits for what it computes."""
        return time.monotonic() - self._heard if self._pending or self._begun else 0.0

    async def ask(self, body: bytes, content_type: str) -> Answer:
        """
        Raises:
            NotBegun: the process ended, and had not begun with this request.
            ModelServerFailed: it ended while it computed this request.
        """
        if self._transport is None:
            raise NotBegun
        number = self._next_id()
        if not self._pending and not self._begun:
            self._heard = time.monotonic()
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._pending[number] = future
        self._transport.write(pack(number, SCORE, content_type=content_type, body=body))
        try:
            return await future
        except asyncio.CancelledError:
            if self._transport is not None:
                self._transport.write(pack(number, CANCEL))
            raise
        finally:
            self._pending.pop(number, None)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class

    def data_received(self, data: bytes) -> None:
        self._heard = time.monotonic()
        try:
            for frame in self._reader.feed(data):
                if frame.kind == ANSWER:
                    self._begun.discard(frame.id)
                    future = self._pending.get(frame.id)
                    if future is not None and not future.done():
                        future.set_result(Answer(frame.status, frame.content_type, frame.body))
                elif frame.kind == BEGUN:
                    self._begun.update(begun_ids(frame))
        except BrokenFrames:
            # A model that writes into the socket: its process cannot be trusted any more.
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        for number, future in self._pending.items():
            if not future.done():
                future.set_exception(ModelServerFailed() if number in self._begun else NotBegun())
        self._lost()

    def _next_id(self) -> int:
        self._last = self._last % MAX_ID + 1
        while self._last in self._pending or self._last in self._begun:
            self._last = self._last % MAX_ID + 1
        return self._last
