"""Where notebooks lie: paths as notebooks write them, with or without a suffix."""

from pathlib import Path

SUFFIXES = ("", ".py", ".ipynb")


def find_notebook(name: str, folder: Path) -> Path:
    """The file of a notebook path; a relative one counts from the folder of the notebook that names it.

    Raises:
        FileNotFoundError: no such notebook; names the path and the folder.
    """
    base = Path(name.removeprefix("file:")).expanduser()
    place = base if base.is_absolute() else folder / base
    for suffix in SUFFIXES:
        path = place.with_name(place.name + suffix)
        if path.is_file():
            return path.resolve()
    raise FileNotFoundError(
        f"Unable to find notebook {name!r} (looked in {place.parent}, with and without .py and .ipynb)"
    )
