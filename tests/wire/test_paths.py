"""Relative paths, whatever a client sends."""

# mlflow's own functions have no annotations:
# mypy: disable-error-code=no-untyped-call

import posixpath
import re
from urllib.parse import quote, unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.utils.uri import validate_path_is_safe

from brickyard.errors import InvalidParameterValue
from brickyard.wire.paths import relative_segments

_PIECES = st.sampled_from(
    ["..", ".", "a", "ü", "/", "\\", "%2e", "%2F", "%25", "~", "\x00", "\n", "C:", " ", "", "\ud800", "#", "?"]
)
_PATHS = st.one_of(st.text(max_size=30), st.lists(_PIECES, max_size=8).map("".join))


@given(path=_PATHS)
@example(path="a/%252e%252e/b")
@example(path="%2e%2e")
@example(path="..\\x")
def test_what_is_let_through_stays_below_its_root(path: str) -> None:
    try:
        segments = relative_segments(path)
    except InvalidParameterValue:
        return
    decoded = "/".join(segments)
    for _ in range(20):  # a reader that decodes once more must not climb either
        whole = posixpath.normpath(posixpath.join("/base/of/all", decoded.replace("\\", "/")))
        assert whole == "/base/of/all" or whole.startswith("/base/of/all/")
        assert "\x00" not in decoded
        decoded = unquote(decoded)
    assert all(0 < len(segment.encode()) <= 255 and "/" not in segment for segment in segments)


@given(path=_PATHS)
def test_never_laxer_than_the_stock_server(path: str) -> None:
    # On purpose: a name may have a # here. It is no danger to a path, and files of people have it.
    path = re.sub("#|%(?:25)*23", "", path)
    try:
        validate_path_is_safe(path)
    except (MlflowException, UnicodeError, ValueError):
        with pytest.raises(InvalidParameterValue):
            relative_segments(path)


@pytest.mark.parametrize(
    ("path", "segments"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a/b.txt", ("a", "b.txt")),
        ("a/", ("a",)),
        ("...", ("...",)),
        ("a..b/..c", ("a..b", "..c")),
        ('it\'s "odd" ü 量', ('it\'s "odd" ü 量',)),
        ("100%", ("100%",)),
        ("a%20b", ("a%20b",)),
        ("~a", ("~a",)),
    ],
)
def test_plain_paths(path: str, segments: tuple[str, ...]) -> None:
    assert relative_segments(path) == segments


@pytest.mark.parametrize(
    "path",
    [
        "/a",
        "\\a",
        "~/a",
        "C:\\a",
        "c:/a",
        "..",
        "a/..",
        "a/../b",
        "./a",
        "a/./b",
        "a//b",
        "a\\..\\b",
        "a\nb",
        "a\x7f",
        "a\x00",
        "%2e%2e/a",
        "%252e%252e/a",
        "%2fa",
        "a/%2e%2e",
        "x" * 256,
        "ü" * 128,
        "\ud800",
    ],
)
def test_refused_paths(path: str) -> None:
    with pytest.raises(InvalidParameterValue, match="Invalid destination"):
        relative_segments(path, "destination")


def test_a_path_that_is_encoded_too_often() -> None:
    path = ".."
    for _ in range(30):
        path = quote(path.replace(".", "%2e"), safe="")
    with pytest.raises(InvalidParameterValue):
        relative_segments(path)
