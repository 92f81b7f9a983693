"""The protocol between the server and a model server process, over a unix stream socket.

A frame is a header and its payload. The header has 12 bytes, big-endian: the payload's length (4), the request's id
(4), what it is (1), an HTTP status (2), the length of the content type (1). The payload is a content type in ASCII and
a body. Requests of one connection are many at a time, told apart by their ids, and answered in any order.

To the process go SCORE (a body to score) and CANCEL (nobody waits for this request any more). From it come BEGUN (the
ids, 4 bytes each, of the requests that are being computed from now on) and ANSWER.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

HEADER = struct.Struct(">IIBHB")
MAX_PAYLOAD = 256 * 1024 * 1024
"""Bytes. Requests are limited where they arrive; answers may be larger than their requests."""

SCORE = 1
CANCEL = 2
ANSWER = 3
BEGUN = 4

READY = b"ready\n"
"""The line that the zygote writes to its standard output once it listens."""


class Frame(NamedTuple):
    """One message."""

    id: int
    kind: int
    status: int
    content_type: str
    body: bytes


class BrokenFrames(Exception):
    """What came is not of this protocol."""


def pack(number: int, kind: int, *, status: int = 0, content_type: str = "", body: bytes = b"") -> bytes:
    """A frame's bytes. A content type longer than 255 bytes is cut: no type that is known is as long."""
    name = content_type.encode("ascii", "replace")[:255]
    return HEADER.pack(len(name) + len(body), number, kind, status, len(name)) + name + body


def pack_begun(numbers: Sequence[int]) -> bytes:
    """The BEGUN frame of these requests."""
    return pack(0, BEGUN, body=struct.pack(f">{len(numbers)}I", *numbers))


def begun_ids(frame: Frame) -> tuple[int, ...]:
    """The ids of a BEGUN frame."""
    return struct.unpack(f">{len(frame.body) // 4}I", frame.body)


class FrameReader:
    """Puts frames together from the bytes of a stream."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that these bytes complete.

        Raises:
            BrokenFrames: the bytes are not of this protocol.
        """
        self._held += data
        start = 0
        while len(self._held) - start >= HEADER.size:
            length, number, kind, status, name_length = HEADER.unpack_from(self._held, start)
            if length > MAX_PAYLOAD or name_length > length or not SCORE <= kind <= BEGUN:
                raise BrokenFrames(f"a frame of kind {kind} with {length} bytes")
            body = start + HEADER.size
            end = body + length
            if len(self._held) < end:
                break
            name = self._held[body : body + name_length].decode("ascii", "replace")
            yield Frame(number, kind, status, name, bytes(self._held[body + name_length : end]))
            start = end
        if start:
            del self._held[:start]
