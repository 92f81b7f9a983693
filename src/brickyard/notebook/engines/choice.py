"""Which engine runs a notebook."""

from pathlib import Path

from brickyard.errors import BrickyardError, InvalidParameterValue
from brickyard.notebook.inclusion import run_arguments
from brickyard.notebook.paths import find_notebook
from brickyard.notebook.source import Source, included, mentions_streams, read_source

AUTO, SAIL, SPARK = "auto", "sail", "spark"
REMOTE_SCHEME = "sc://"


def check_engine(name: str) -> None:
    """Check what a user has written as an engine.

    Raises:
        InvalidParameterValue: it is none; lists those that are.
    """
    host = name.removeprefix(REMOTE_SCHEME).split("/")[0] if name.startswith(REMOTE_SCHEME) else ""
    if name not in {AUTO, SAIL, SPARK} and not host.split(":")[0]:
        raise InvalidParameterValue(
            f"there is no engine {name!r}: take {AUTO}, {SAIL}, {SPARK}, or the address of a Spark Connect server, "
            f"{REMOTE_SCHEME}host:port"
        )


def engine_for(source: Source, workspace: Path | None) -> str:
    """What `auto` means for a file: spark, where it or a notebook that it includes with %run streams; else sail.

    Args:
        workspace: the home's folder of workspace notebooks, if this process has it.
    """
    pending, seen = [source], set[Path]()
    while pending:
        current = pending.pop()
        place = current.path.resolve()
        if place in seen:
            continue
        seen.add(place)
        if mentions_streams(current):
            return SPARK
        pending += [
            found for line in included(current) if (found := _included(line, place.parent, workspace)) is not None
        ]
    return SAIL


def _included(line: str, folder: Path, workspace: Path | None) -> Source | None:
    """The notebook of a %run line; None where there is none, which is told when the line is run."""
    try:
        return read_source(find_notebook(run_arguments(line)[0], folder, workspace))
    except (BrickyardError, OSError):
        return None
