"""Paths as Databricks has them: dbfs:/, /dbfs, /mnt and /Volumes are folders of the home's files, or mounts there."""

from pathlib import Path

from brickyard.notebook.mounts import mounted_uri
from brickyard.settings import Home
from brickyard.wire.cloud import canonical

_ROOTS = {"dbfs:/": "", "/dbfs/": "", "/mnt/": "mnt/", "/Volumes/": "Volumes/"}


def local_path(path: str, files: Path | None) -> str:
    """Where a path that the user wrote lies: one of DBFS on this machine, or in the object store that is mounted there;
    an address in an object store in its one spelling; any other as it is.

    Args:
        path: what the user wrote: a URI or a path.
        files: the folder of dbfs:/, in its home; None: it is on another machine, and its paths are left as they are.

    Raises:
        InvalidParameterValue: it is an address in an object store, and wrong.
        InvalidState: the home's list of mounts is broken.
    """
    if files is not None:
        for prefix, folder in _ROOTS.items():
            if path.startswith(prefix):
                inner = folder + path.removeprefix(prefix).lstrip("/")
                mounted = mounted_uri(f"/{inner.rstrip('/')}", Home(files.parent))
                return mounted.uri if mounted else f"{files}/{inner}"
    return canonical(path)


def uri_of(path: str, files: Path | None) -> str:
    """The same as a URI, for the location of a table."""
    found = local_path(path, files)
    return f"file://{found}" if found.startswith("/") else found
