"""One client's connection: frames in, frames out."""

import contextlib
import socket
import threading

from brickyard.worker.frames import HEADER, payload_length

IDLE_SECONDS = 60.0
"""A connection that neither sends nor takes a byte for so long is closed."""
BUSY_SECONDS = 1.0


class Connection:
    """Frames over a socket. `receive` belongs to one thread; `send` may be called from any."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer
        self._peer.settimeout(IDLE_SECONDS)
        self._sending = threading.Lock()

    def receive(self) -> bytearray | None:
        """The next payload; None: the client is gone, or broke off.

        Raises:
            LimitExceeded: the frame is larger than allowed; what follows on this connection cannot be read.
        """
        header = self._exactly(HEADER.size)
        return None if header is None else self._exactly(payload_length(header))

    def send(self, frame: bytes) -> None:
        """Whole, or not at all: to a client that is gone, or slow to take an earlier frame, nothing is sent."""
        if not self._sending.acquire(timeout=BUSY_SECONDS):
            return
        try:
            self._peer.sendall(frame)
        except OSError:
            self._peer.close()
        finally:
            self._sending.release()

    def end_input(self) -> None:
        """`receive` gives what has come already, and then None."""
        with contextlib.suppress(OSError):
            self._peer.shutdown(socket.SHUT_RD)

    def close(self) -> None:
        self._peer.close()

    def _exactly(self, length: int) -> bytearray | None:
        data = bytearray(length)
        view = memoryview(data)
        while len(view):
            try:
                count = self._peer.recv_into(view)
            except OSError:
                return None
            if count == 0:
                return None
            view = view[count:]
        return data
