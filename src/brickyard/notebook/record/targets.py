"""The files that outputs are kept in."""

import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from brickyard.errors import InvalidParameterValue, MissingExtra

SUFFIXES = (".ipynb", ".html")


def check_targets(targets: Sequence[Path], source: Path) -> None:
    """Whether files can be written as the outputs of a run.

    Raises:
        InvalidParameterValue: another suffix, a missing folder, a folder in its place, or the source itself.
        MissingExtra: .html without nbconvert.
    """
    for target in targets:
        if target.suffix not in SUFFIXES:
            raise InvalidParameterValue(f"--output {target}: must end in {' or '.join(SUFFIXES)}")
        if target.suffix == ".html" and find_spec("nbconvert") is None:
            raise MissingExtra(f"--output {target}: HTML needs the extra: pip install 'brickyard[jupyter]'")
        if target.is_dir() or not os.access(target.parent, os.W_OK):
            raise InvalidParameterValue(f"--output {target}: there is no folder {target.parent} that can be written")
        if target.exists() and target.samefile(source):
            raise InvalidParameterValue(f"--output {target}: is the notebook itself; take another name")
