"""Where artifacts may lie."""

import posixpath
from urllib.parse import unquote, urlsplit

from brickyard.errors import InvalidParameterValue
from brickyard.wire import limits

_DECODINGS = 8


def check_artifact_location(location: str) -> None:
    """The artifact location that a client chose for an experiment; empty is the default.

    Raises:
        InvalidParameterValue: too long, a runs:/ URI, with a query or fragment, or with a path that leaves its root.
    """
    if not location:
        return
    if len(location) > limits.ARTIFACT_LOCATION:
        raise InvalidParameterValue(
            f"Invalid artifact path length. The length of the artifact path cannot be greater than "
            f"{limits.ARTIFACT_LOCATION} characters. To configure this limit, please set it in the server."
        )
    try:
        parts = urlsplit(location)
    except ValueError as error:
        raise InvalidParameterValue(f"Invalid artifact location '{location}': {error}.") from None
    if parts.scheme == "runs":
        raise InvalidParameterValue(f"Artifact location cannot be a runs:/ URI. Given: '{location}'")
    if parts.query or parts.fragment:
        raise InvalidParameterValue(
            f"'artifact_location' URL can't include fragments or query parameters. Given: '{location}'"
        )
    path = parts.path
    for _ in range(_DECODINGS):
        path = unquote(path)
    if ".." in posixpath.normpath(path).split("/") or ".." in path.split("/"):
        raise InvalidParameterValue(f"Invalid artifact location '{location}': it must not contain '..'.")
