"""Paths as Databricks has them: dbfs:/, /dbfs, /mnt and /Volumes are folders of the home's files."""

from pathlib import Path

_ROOTS = {"dbfs:/": "", "/dbfs/": "", "/mnt/": "mnt/", "/Volumes/": "Volumes/"}


def local_path(path: str, files: Path | None) -> str:
    """The path on this machine of a path of DBFS; any other is left as it is.

    Args:
        path: what the user wrote: a URI or a path.
        files: the folder of dbfs:/; None: it is on another machine, and all paths are left as they are.
    """
    if files is not None:
        for prefix, folder in _ROOTS.items():
            if path.startswith(prefix):
                return f"{files}/{folder}{path.removeprefix(prefix).lstrip('/')}"
    return path


def uri_of(path: str, files: Path | None) -> str:
    """The same as a URI, for the location of a table."""
    found = local_path(path, files)
    return f"file://{found}" if found.startswith("/") else found
