"""The mount points of dbfs:/ that a home has. Read when they are asked for: other processes change them too."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brickyard.errors import AlreadyExists, InvalidParameterValue
from brickyard.settings import Home
from brickyard.wire.cloud import CloudUri
from brickyard.wire.mounts import Mount, decode_mounts, encode_mounts, mount_of


def mounts_of(home: Home) -> tuple[Mount, ...]:
    """By mount point.

    Raises:
        InvalidState: the file of them is broken; names it.
    """
    try:
        text = home.mounts_file.read_bytes()
    except FileNotFoundError:
        return ()
    return decode_mounts(text, str(home.mounts_file))


def mounted_uri(path: str, home: Home) -> CloudUri | None:
    """The place in an object store that an absolute path of dbfs:/ names; None: it is none of a mount."""
    mount = mount_of(mounts_of(home), path)
    return mount.target(path) if mount else None


def confs_of(uri: CloudUri, home: Home) -> dict[str, str]:
    """The configuration that mounts of this bucket were made with."""
    found: dict[str, str] = {}
    for mount in mounts_of(home):
        target = mount.target(mount.point)
        if target is not None and target.root == uri.root:
            found |= mount.confs
    return found


def add_mount(home: Home, mount: Mount, *, replace: bool = False) -> None:
    """
    Args:
        replace: it is there, and changes; else it must not be there.

    Raises:
        AlreadyExists: something is mounted there, above it or below it; worded as Databricks words it.
        InvalidParameterValue: replace, and nothing is mounted there.
    """
    with _changing(home) as mounts:
        others = [other for other in mounts if other.point != mount.point]
        if replace and len(others) == len(mounts):
            raise InvalidParameterValue(f"Directory not mounted: {mount.point}")
        if not replace and len(others) < len(mounts):
            raise AlreadyExists(f"Directory already mounted: {mount.point}; see dbutils.fs.mounts()")
        for other in others:
            if _overlap(other.point, mount.point):
                raise AlreadyExists(f"Directory already mounted: {mount.point} and {other.point} lie in one another")
        mounts[:] = sorted([*others, mount], key=lambda entry: entry.point)


def remove_mount(home: Home, point: str) -> None:
    """
    Raises:
        InvalidParameterValue: nothing is mounted there.
    """
    with _changing(home) as mounts:
        kept = [mount for mount in mounts if mount.point != point]
        if len(kept) == len(mounts):
            raise InvalidParameterValue(f"Directory not mounted: {point}")
        mounts[:] = kept


def _overlap(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


@contextmanager
def _changing(home: Home) -> Iterator[list[Mount]]:
    """The list to be changed, under a lock; written whole or not at all."""
    target = home.mounts_file
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(target.with_suffix(".lock"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mounts = list(mounts_of(home))
        yield mounts
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".mounts")  # of mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(encode_mounts(mounts))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        finally:
            Path(temporary).unlink(missing_ok=True)
