"""A model server process: its socket, its batches, its end."""

import gc
import os
import random
import resource
import select
import socket
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from brickyard.scoring.batches import Batches, Request
from brickyard.scoring.frames import ANSWER, CANCEL, SCORE, BrokenFrames, Frame, FrameReader, pack, pack_begun
from brickyard.scoring.model import Model

READ_SIZE = 1 << 20
MAX_BATCH = 512
"""Requests in one batch."""
MAX_BATCH_BYTES = 32 * 1024 * 1024
LINGER_SHARE = 0.25
MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class WorkerOptions:
    """What one worker serves.

    Attributes:
        socket: path of the unix socket to make.
        model: the folder of the model's files.
        together: whether requests may share a predict.
        memory_mb: MiB of data that the process may hold; an allocation beyond fails (Linux). 0: no limit.
    """

    socket: str
    model: str
    together: bool = True
    memory_mb: int = 0


def serve(options: WorkerOptions, ready: Callable[[], None]) -> None:
    """Load the model, listen, call `ready`, and answer until the process is ended. It ends with standard input, too.

    Raises:
        whatever loading the model raises.
    """
    threading.Thread(target=_await_parent, name="parent", daemon=True).start()
    random.seed()
    np.random.seed()
    _limit_memory(options.memory_mb)
    batches = Batches(Model(options.model), together=options.together)
    gc.collect()
    # What was loaded stays: a full collection would walk through all of it, and unshare its pages.
    gc.freeze()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        mask = os.umask(0o177)
        Path(options.socket).unlink(missing_ok=True)
        listener.bind(options.socket)
        os.umask(mask)
        listener.listen(1)
        ready()
        while True:
            peer, _ = listener.accept()
            with peer:
                Conversation(peer, batches).run()


class Conversation:
    """Answers the requests of one connection, until it closes.

    A batch is what has arrived while the last one was computed. Where requests wait already, it waits for those that
    are about to come for at most a quarter of the time that the last batch took.
    """

    def __init__(self, peer: socket.socket, batches: Batches) -> None:
        self._peer = peer
        self._batches = batches
        self._reader = FrameReader()
        self._waiting: OrderedDict[int, Request] = OrderedDict()
        self._open = True
        self._poll = select.poll()
        self._poll.register(peer, select.POLLIN)
        self._last_s = 0.0
        self._crowd = 1

    def run(self) -> None:
        """Returns when the other side has closed the connection; its requests are dropped then."""
        while self._open:
            self._receive(None if not self._waiting else 0.0)
            if self._waiting and self._open:
                self._linger()
                self._answer(self._take())

    def _linger(self) -> None:
        if len(self._waiting) >= self._crowd or not self._batches.together:
            return
        end = time.monotonic() + self._last_s * LINGER_SHARE
        while self._open and len(self._waiting) < min(self._crowd, MAX_BATCH) and (rest := end - time.monotonic()) > 0:
            self._receive(rest)

    def _take(self) -> list[Request]:
        batch: list[Request] = []
        size = 0
        while self._waiting and len(batch) < MAX_BATCH and size < MAX_BATCH_BYTES:
            _, request = self._waiting.popitem(last=False)
            size += len(request.body)
            batch.append(request)
        return batch

    def _answer(self, batch: list[Request]) -> None:
        start = time.monotonic()
        self._send(pack_begun([request.id for request in batch]))
        ready = bytearray()
        for number, answer in self._batches.answer(batch):
            ready += pack(number, ANSWER, status=answer.status, content_type=answer.content_type, body=answer.body)
            if not self._batches.together:
                self._send(ready)
                ready.clear()
        if ready:
            self._send(ready)
        self._last_s = time.monotonic() - start
        # As many clients as there are now: those that wait, and those that were just answered.
        self._receive(0.0)
        self._crowd = len(batch) + len(self._waiting)

    def _receive(self, seconds: float | None) -> None:
        """Take what has arrived; wait for something for so long, without end if None."""
        if not self._poll.poll(None if seconds is None else seconds * 1000):
            return
        while True:
            try:
                data = self._peer.recv(READ_SIZE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._open = False
                return
            try:
                for frame in self._reader.feed(data):
                    self._note(frame)
            except BrokenFrames as error:
                print(f"The connection is given up: {error}.", file=sys.stderr)
                self._open = False
                return

    def _note(self, frame: Frame) -> None:
        if frame.kind == SCORE:
            self._waiting[frame.id] = Request(frame.id, frame.content_type, frame.body)
        elif frame.kind == CANCEL:
            self._waiting.pop(frame.id, None)

    def _send(self, data: bytes | bytearray) -> None:
        try:
            self._peer.sendall(data)
        except OSError:
            self._open = False


def _await_parent() -> None:
    """Standard input is the server's lease: the kernel closes it when the server ends, however that comes."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def _limit_memory(memory_mb: int) -> None:
    """Let an allocation beyond the limit fail in the model that asks for it, not in the machine."""
    if memory_mb and sys.platform == "linux":
        limit = memory_mb * MIB
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
