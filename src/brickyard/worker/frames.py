"""The protocol between the server and the data worker.

A frame is its length (4 bytes, big-endian) and that many bytes of MessagePack: a `Call` to the worker, an `Answer` from
it. A connection carries one call at a time; calls at the same time take a connection each. An error of
`brickyard.errors` crosses as its class, code and message, and comes back as the same class.
"""

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from brickyard import errors
from brickyard.errors import BrickyardError, LimitExceeded, MalformedRequest

MAX_FRAME = 64 * 1024 * 1024
"""Bytes of MessagePack in one frame."""

HEADER = struct.Struct(">I")
READY = b"ready\n"
"""The line that the worker writes to its standard output once it listens."""

Result = TypeVar("Result")

_CLASSES: Mapping[str, type[BrickyardError]] = MappingProxyType(
    {name: kind for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, BrickyardError)}
)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A task to run."""

    id: int
    task: str
    arguments: msgspec.Raw


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An error: the name of its class, its code and its message."""

    kind: str
    code: str
    message: str


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A task's result, or its failure. `id` is the call's; 0 answers what could not be read as a call."""

    id: int
    ok: bool
    result: msgspec.Raw = msgspec.Raw(b"\xc0")
    error: Failure | None = None


def call_frame(number: int, task: str, arguments: msgspec.Struct | Mapping[str, Any]) -> bytes:
    """
    Raises:
        LimitExceeded: the arguments are larger than MAX_FRAME.
    """
    encoded = msgspec.Raw(msgspec.msgpack.encode(arguments))
    return _frame(Call(id=number, task=task, arguments=encoded), f"The arguments of {task}")


def result_frame(call: Call, result: Any) -> bytes:
    """
    Raises:
        LimitExceeded: the result is larger than MAX_FRAME.
    """
    encoded = msgspec.Raw(msgspec.msgpack.encode(result))
    return _frame(Answer(id=call.id, ok=True, result=encoded), f"The result of {call.task}")


def failure_frame(number: int, error: BrickyardError) -> bytes:
    failure = Failure(kind=type(error).__name__, code=error.code, message=error.message[:10_000])
    return _frame(Answer(id=number, ok=False, error=failure), "The error")


def payload_length(header: bytes | bytearray) -> int:
    """The number of bytes that follow a header.

    Raises:
        LimitExceeded: they are more than MAX_FRAME.
    """
    length: int = HEADER.unpack(header)[0]
    if length > MAX_FRAME:
        raise LimitExceeded(f"A frame of {length} bytes is larger than {MAX_FRAME}.")
    return length


def read_call(payload: bytes | bytearray) -> Call:
    """
    Raises:
        MalformedRequest: the payload is not a call.
    """
    return _decoded(payload, Call)


def read_answer(payload: bytes | bytearray) -> Answer:
    """
    Raises:
        MalformedRequest: the payload is not an answer.
    """
    return _decoded(payload, Answer)


def result_of(answer: Answer, kind: type[Result]) -> Result:
    """
    Raises:
        the error that the answer carries.
        MalformedRequest: the result is not of this kind.
    """
    if answer.error is not None:
        raise _error_of(answer.error)
    return _decoded(answer.result, kind)


def _error_of(failure: Failure) -> BrickyardError:
    kind = _CLASSES.get(failure.kind)
    if kind is None:
        # A class of the worker's own: the server handles it as the public class of its code.
        kind = next((known for known in _CLASSES.values() if known.code == failure.code), BrickyardError)
    return kind(failure.message)


def _frame(message: msgspec.Struct, what: str) -> bytes:
    payload = msgspec.msgpack.encode(message)
    if len(payload) > MAX_FRAME:
        raise LimitExceeded(f"{what} has {len(payload)} bytes; {MAX_FRAME} is the most. Ask for less at once.")
    return HEADER.pack(len(payload)) + payload


def _decoded(payload: bytes | bytearray | msgspec.Raw, kind: type[Result]) -> Result:
    try:
        return msgspec.msgpack.decode(payload, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MalformedRequest(f"A frame of the data worker's protocol is malformed: {error}") from error
