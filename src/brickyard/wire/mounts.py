"""Mount points of dbfs:/: folders that lie in an object store, as the home's file of them tells.

The file is JSON: {"mounts": [{"point": "/mnt/x", "source": "s3://…", "confs": {…}}]}.
"""

from collections.abc import Mapping, Sequence

import msgspec

from brickyard.errors import InvalidParameterValue, InvalidState
from brickyard.wire.cloud import CloudUri, parse_cloud_uri
from brickyard.wire.paths import relative_segments


class Mount(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of dbfs:/ and the place in an object store that it shows."""

    point: str
    """Absolute, without a slash at its end."""
    source: str
    confs: dict[str, str] = {}
    """Configuration by Hadoop's names: how the place is opened."""

    def target(self, path: str) -> CloudUri | None:
        """The place that a path of dbfs:/ names; None: it does not lie here."""
        if path != self.point and not path.startswith(f"{self.point}/"):
            return None
        return parse_cloud_uri(self.source).child(path.removeprefix(self.point))


class _File(msgspec.Struct, frozen=True, kw_only=True):
    mounts: tuple[Mount, ...] = ()


def decode_mounts(text: bytes, name: str) -> tuple[Mount, ...]:
    """
    Raises:
        InvalidState: the file of this name is broken.
    """
    try:
        return msgspec.json.decode(text, type=_File).mounts
    except msgspec.DecodeError as error:
        raise InvalidState(f"the list of mount points {name} is broken: {error}") from None


def encode_mounts(mounts: Sequence[Mount]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(_File(mounts=tuple(mounts))))


def new_mount(source: str, mount_point: str, confs: Mapping[str, str]) -> Mount:
    """
    Raises:
        InvalidParameterValue: the mount point is dbfs:/ itself or in /Volumes, or the source is no object store.
    """
    segments = relative_segments(mount_point.removeprefix("dbfs:").strip("/"), "mount_point")
    if not segments or segments[0] == "Volumes":
        raise InvalidParameterValue(f"mount_point {mount_point!r} must be a folder of dbfs:/, such as /mnt/data")
    return Mount(point="/" + "/".join(segments), source=parse_cloud_uri(source, "source").uri, confs=dict(confs))


def mount_of(mounts: Sequence[Mount], path: str) -> Mount | None:
    """The mount that an absolute path of dbfs:/ lies in."""
    return next((mount for mount in mounts if path == mount.point or path.startswith(f"{mount.point}/")), None)
