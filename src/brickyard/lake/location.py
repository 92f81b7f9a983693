"""Where tables lie."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from brickyard.errors import InvalidParameterValue, NotImplementedHere
from brickyard.wire.cloud import is_cloud, parse_cloud_uri

StorageOptions = Mapping[str, str]
"""Settings of an object store, by the names of delta-rs (`aws_access_key_id`, `azure_storage_sas_token`, …)."""


_PATIENCE = {"max_retries": "2", "retry_timeout": "20s", "connect_timeout": "5s", "timeout": "60s"}


def storage_options(location: str, options: StorageOptions | None = None) -> dict[str, str] | None:
    """The settings that delta-rs opens a location with, beyond the environment: an object store that does not answer
    is given up after seconds, not minutes."""
    if is_cloud(location):
        return {**_PATIENCE, **(options or {})}
    return dict(options) if options else None


def table_uri(location: str) -> str:
    """The location as delta-rs takes it: a URI.

    Args:
        location: an absolute path, `file:/…`, `file:///…`, or the URI of a folder in an object store.

    Raises:
        InvalidParameterValue: it is empty, relative or has a NUL character.
        NotImplementedHere: its path has a percent sign, which delta-rs decodes once too often.
    """
    if not location or "\0" in location:
        raise InvalidParameterValue(f"Table location {location!r} must be an absolute path or a URI.")
    if is_cloud(location):
        return parse_cloud_uri(location, "location").uri
    if "://" in location or location.startswith("file:/"):
        parts = urlsplit(location)
        uri = location if "://" in location else f"file://{parts.path}"
        path = unquote(parts.path)
    elif location.startswith("/"):
        uri, path = PurePosixPath(location).as_uri(), location
    else:
        raise InvalidParameterValue(f"Table location {location!r} must be an absolute path or a URI.")
    if uri.startswith("file:") and "%" in path:
        raise NotImplementedHere(f"Table location {location!r} has a '%' in its path; choose one without.")
    return uri
