"""Where notebooks lie: paths as notebooks write them, with or without a suffix."""

from pathlib import Path, PurePosixPath

SUFFIXES = ("", ".py", ".ipynb")
_WORKSPACE = "/Workspace/"


def find_notebook(name: str, folder: Path, workspace: Path | None = None) -> Path:
    """The file of a notebook path; a relative one counts from the folder of the notebook that names it.

    An absolute path is a notebook of the workspace, such as /Shared/prepare, or else a file of this machine.

    Args:
        workspace: the home's folder of workspace notebooks, if this process has it.

    Raises:
        FileNotFoundError: no such notebook; names the path and the folder.
    """
    plain = name.removeprefix("file:")
    base = Path(plain).expanduser()
    places = [base if base.is_absolute() else folder / base]
    inside = _in_workspace(plain, workspace)
    if inside is not None and plain == name:
        places.insert(0, inside)
    for place in places:
        for suffix in SUFFIXES:
            path = place.with_name(place.name + suffix) if place.name else place
            if path.is_file():
                return path.resolve()
    raise FileNotFoundError(
        f"Unable to find notebook {name!r} (looked in {' and '.join(str(place.parent) for place in places)}, "
        "with and without .py and .ipynb)"
    )


def workspace_path(path: Path, workspace: Path | None) -> str | None:
    """The path of a workspace notebook as the workspace names it, without a suffix; None of other files."""
    if workspace is None:
        return None
    root = workspace.resolve()
    if not path.is_relative_to(root):
        return None
    relative = PurePosixPath(path.relative_to(root))
    return f"/{relative.with_suffix('') if relative.suffix in SUFFIXES else relative}"


def _in_workspace(name: str, workspace: Path | None) -> Path | None:
    """The place below the workspace's folder; None of a path that is relative, or would leave it."""
    if workspace is None or not name.startswith("/"):
        return None
    inside = name.removeprefix("/Workspace") if name.startswith(_WORKSPACE) else name
    place = workspace / inside.strip("/")
    return place if inside.strip("/") and place.resolve().is_relative_to(workspace.resolve()) else None
