"""Addresses in object stores as Spark on Databricks writes them, and the one form in which everything here knows them.

    s3://BUCKET/PATH                                        also s3a, s3n
    abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH     also abfs, wasb, wasbs (…@ACCOUNT.blob.core.windows.net)
    gs://BUCKET/PATH

Source: the Hadoop connectors' documentation (hadoop-aws, hadoop-azure, the Cloud Storage connector).
"""

import re
from dataclasses import dataclass
from typing import Literal

from brickyard.errors import InvalidParameterValue

Provider = Literal["s3", "azure", "gs"]

_PROVIDERS: dict[str, Provider] = {
    "s3": "s3",
    "s3a": "s3",
    "s3n": "s3",
    "abfs": "azure",
    "abfss": "azure",
    "wasb": "azure",
    "wasbs": "azure",
    "gs": "gs",
}
SCHEMES = tuple(_PROVIDERS)

_URI = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/]*)(?P<path>/.*|)", re.DOTALL)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,221}")
_CONTAINER = re.compile(
    r"(?P<container>[a-z0-9$](?:[a-z0-9-]{1,62}))@(?P<account>[a-z0-9]{3,24})\.(?:dfs|blob)\.core\.windows\.net"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CloudUri:
    """A place in an object store."""

    provider: Provider
    bucket: str
    """The bucket; on Azure the container."""
    account: str = ""
    """The storage account on Azure."""
    path: str
    """The key of an object, or what the keys of a folder begin with; without slashes at its ends."""

    @property
    def root(self) -> str:
        """The bucket's own address, without a slash at its end."""
        if self.provider == "azure":
            return f"abfss://{self.bucket}@{self.account}.dfs.core.windows.net"
        return f"{self.provider}://{self.bucket}"

    @property
    def uri(self) -> str:
        return f"{self.root}/{self.path}" if self.path else self.root

    def child(self, path: str) -> "CloudUri":
        """What lies below at a relative path."""
        inner = "/".join(part for part in (self.path, path.strip("/")) if part)
        return CloudUri(provider=self.provider, bucket=self.bucket, account=self.account, path=inner)


def is_cloud(text: str) -> bool:
    """Whether this is an address in an object store, right or wrong."""
    match = _URI.fullmatch(text)
    return match is not None and match["scheme"].lower() in _PROVIDERS


def parse_cloud_uri(text: str, field: str = "path") -> CloudUri:
    """The place that an address names.

    Raises:
        InvalidParameterValue: another scheme, a bad bucket or account, or a path with empty parts, '.' or '..'; names
            the field.
    """
    match = _URI.fullmatch(text)
    provider = _PROVIDERS.get(match["scheme"].lower()) if match else None
    if match is None or provider is None:
        raise InvalidParameterValue(
            f"Invalid value {text[:300]!a} for parameter '{field}': its scheme must be one of {', '.join(SCHEMES)}."
        )
    path = match["path"].strip("/")
    if any(part in {"", ".", ".."} for part in path.split("/") if path) or not (path.isprintable() or not path):
        raise InvalidParameterValue(
            f"Invalid value {text[:300]!a} for parameter '{field}': its path must not have empty parts, '.', '..' or "
            "control characters."
        )
    if provider == "azure":
        return _azure(text, match["authority"], path, field)
    if _BUCKET.fullmatch(match["authority"]) is None:
        raise InvalidParameterValue(
            f"Invalid value {text[:300]!a} for parameter '{field}': write {match['scheme']}://<bucket>/<path>."
        )
    return CloudUri(provider=provider, bucket=match["authority"], path=path)


def canonical(text: str) -> str:
    """The one form of an address in an object store; any other text as it is.

    Raises:
        InvalidParameterValue: as `parse_cloud_uri`.
    """
    return parse_cloud_uri(text).uri if is_cloud(text) else text


def _azure(text: str, authority: str, path: str, field: str) -> CloudUri:
    found = _CONTAINER.fullmatch(authority)
    if found is None:
        raise InvalidParameterValue(
            f"Invalid value {text[:300]!a} for parameter '{field}': write "
            "abfss://<container>@<account>.dfs.core.windows.net/<path>."
        )
    return CloudUri(provider="azure", bucket=found["container"], account=found["account"], path=path)
