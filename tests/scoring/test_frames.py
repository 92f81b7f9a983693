import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.scoring.frames import (
    ANSWER,
    BEGUN,
    CANCEL,
    HEADER,
    MAX_PAYLOAD,
    SCORE,
    BrokenFrames,
    Frame,
    FrameReader,
    begun_ids,
    pack,
    pack_begun,
)

FRAMES = st.builds(
    Frame,
    id=st.integers(0, 2**32 - 1),
    kind=st.sampled_from([SCORE, CANCEL, ANSWER, BEGUN]),
    status=st.integers(0, 599),
    content_type=st.text("abcdefghij/-;= ", max_size=255),
    body=st.binary(max_size=300),
)


@given(st.lists(FRAMES, max_size=6), st.integers(1, 50))
def test_frames_come_through_however_they_are_cut(frames: list[Frame], size: int) -> None:
    data = b"".join(
        pack(frame.id, frame.kind, status=frame.status, content_type=frame.content_type, body=frame.body)
        for frame in frames
    )
    reader = FrameReader()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert [frame for piece in pieces for frame in reader.feed(piece)] == frames


@given(st.lists(st.integers(0, 2**32 - 1), max_size=20))
def test_begun_requests_are_told_by_their_ids(numbers: list[int]) -> None:
    (frame,) = FrameReader().feed(pack_begun(numbers))
    assert (frame.kind, begun_ids(frame)) == (BEGUN, tuple(numbers))


@pytest.mark.parametrize(
    "header", [HEADER.pack(MAX_PAYLOAD + 1, 1, SCORE, 0, 0), HEADER.pack(0, 1, 9, 0, 0), HEADER.pack(1, 1, SCORE, 0, 2)]
)
def test_what_is_no_frame_is_refused(header: bytes) -> None:
    with pytest.raises(BrokenFrames):
        list(FrameReader().feed(header))


@given(st.binary(max_size=100))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        list(FrameReader().feed(data))
    except BrokenFrames:
        return


def test_the_protocol_loads_nothing_but_the_standard_library() -> None:
    code = (
        "import sys, brickyard.scoring.frames, brickyard.scoring.orders;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, 'src'); {code}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert eval(said) == ["__main__", "brickyard"] or eval(said) == ["brickyard"]
