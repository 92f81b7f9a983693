import subprocess
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard import errors
from brickyard.worker import frames
from brickyard.worker.frames import HEADER, MAX_FRAME, Answer, Failure

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.BrickyardError)]


def _payload(frame: bytes) -> bytes:
    assert frames.payload_length(frame[: HEADER.size]) == len(frame) - HEADER.size
    return frame[HEADER.size :]


@given(st.integers(0, 2**63 - 1), st.text(), st.dictionaries(st.text(), VALUES, max_size=4), VALUES)
def test_calls_and_results_come_through_as_they_were(
    number: int, task: str, arguments: dict[str, Any], result: Any
) -> None:
    call = frames.read_call(_payload(frames.call_frame(number, task, arguments)))
    assert (call.id, call.task, msgspec.msgpack.decode(call.arguments)) == (number, task, arguments)
    answer = frames.read_answer(_payload(frames.result_frame(call, result)))
    assert (answer.id, answer.ok, frames.result_of(answer, object)) == (number, True, result)


@given(st.sampled_from(CLASSES), st.text(min_size=1, max_size=50))
def test_errors_come_back_as_their_class(kind: type[errors.BrickyardError], message: str) -> None:
    answer = frames.read_answer(_payload(frames.failure_frame(5, kind(message))))
    assert (answer.id, answer.ok) == (5, False)
    with pytest.raises(kind) as caught:
        frames.result_of(answer, object)
    assert type(caught.value) is kind
    assert caught.value.message == message


@given(st.binary(max_size=200))
def test_no_bytes_make_the_readers_raise_anything_else(payload: bytes) -> None:
    for read in (frames.read_call, frames.read_answer):
        try:
            read(payload)
        except errors.MalformedRequest:
            continue


@given(st.binary(min_size=4, max_size=4))
def test_lengths_are_bounded(header: bytes) -> None:
    try:
        assert frames.payload_length(header) == int.from_bytes(header, "big") <= MAX_FRAME
    except errors.LimitExceeded:
        assert int.from_bytes(header, "big") > MAX_FRAME


@pytest.mark.parametrize(
    ("kind", "code", "expected"),
    [
        ("Unknown", "RESOURCE_DOES_NOT_EXIST", errors.NotFound),
        ("Unknown", "INVALID_STATE", errors.InvalidState),
        ("Unknown", "TEMPORARILY_UNAVAILABLE", errors.TemporarilyUnavailable),
        ("Unknown", "NO_SUCH_CODE", errors.BrickyardError),
        ("Struct", "INVALID_STATE", errors.InvalidState),
    ],
)
def test_a_class_of_the_worker_s_own_becomes_that_of_its_code(
    kind: str, code: str, expected: type[errors.BrickyardError]
) -> None:
    answer = Answer(id=1, ok=False, error=Failure(kind=kind, code=code, message="m"))
    with pytest.raises(errors.BrickyardError) as caught:
        frames.result_of(answer, object)
    assert type(caught.value) is expected


def test_what_is_too_large_is_refused_before_it_is_sent() -> None:
    with pytest.raises(errors.LimitExceeded, match="The arguments of t"):
        frames.call_frame(1, "t", {"a": "x" * MAX_FRAME})
    call = frames.read_call(_payload(frames.call_frame(1, "t", {})))
    with pytest.raises(errors.LimitExceeded, match="The result of t"):
        frames.result_frame(call, "x" * MAX_FRAME)


def test_a_result_of_another_kind_is_refused() -> None:
    call = frames.read_call(_payload(frames.call_frame(1, "t", {})))
    answer = frames.read_answer(_payload(frames.result_frame(call, {"a": "text"})))
    with pytest.raises(errors.MalformedRequest):
        frames.result_of(answer, dict[str, int])


def test_the_protocol_loads_no_data_library() -> None:
    code = "import sys, brickyard.worker.frames; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "msgspec" in said
    for library in ("pyarrow", "deltalake", "arro3", "duckdb", "pandas", "numpy", "psutil", "asyncio"):
        assert f"'{library}'" not in said
