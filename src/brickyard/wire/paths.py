"""Paths that clients send: relative to a root, and never out of it."""

import re
from urllib.parse import unquote

from brickyard.errors import InvalidParameterValue

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_NOT_IN_NAMES = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_DECODINGS = 16  # a path that is still encoded after this many rounds is refused


def relative_segments(path: str, field: str = "path") -> tuple[str, ...]:
    """The segments of a relative path; the root itself has none.

    A path is refused when it, or what it means to a reader that decodes it once more, is absolute, has `..` or `.` in
    it, a backslash that would be a separator elsewhere, control characters, or surrogates, which UTF-8 cannot write.

    Raises:
        InvalidParameterValue: names the field and shows the path.
    """
    if not path:
        return ()
    decoded = path
    for _ in range(_DECODINGS):
        _check(decoded, path, field)
        following = unquote(decoded)
        if following == decoded:
            return tuple(segment for segment in path.split("/") if segment)
        decoded = following
    raise _refused(path, field, "it is encoded too often")


def _check(decoded: str, path: str, field: str) -> None:
    if decoded.startswith(("/", "\\", "~/")) or _DRIVE.match(decoded):
        raise _refused(path, field, "it must be relative")
    segments = decoded.replace("\\", "/").split("/")
    if ".." in segments or "." in segments:
        raise _refused(path, field, "it must not contain '.' or '..' as a name")
    if "" in segments[:-1]:
        raise _refused(path, field, "it must not contain an empty name")
    if _NOT_IN_NAMES.search(decoded):
        raise _refused(path, field, "it must not contain control characters or surrogates")
    if any(len(segment.encode()) > 255 for segment in segments):
        raise _refused(path, field, "a name in it is longer than 255 bytes")


def _refused(path: str, field: str, reason: str) -> InvalidParameterValue:
    return InvalidParameterValue(f"Invalid {field} {path[:200]!r}: {reason}.")
