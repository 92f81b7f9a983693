"""Running a file as `__main__`, as the interpreter does; tracebacks show the user's files alone."""

import sys
import types
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import brickyard
from brickyard.notebook.source import Source

_OWN_FOLDER = str(Path(brickyard.__file__).parent) + "/"


class PythonRestart(BaseException):
    """Ends a cell: the notebook goes on with the next one in a fresh process.

    `positions`: the index of the cell to go on with, or of the one that includes another notebook, and then the same
    for that notebook.
    """

    def __init__(self) -> None:
        super().__init__("restart")
        self.positions: list[int] = []


def run_script(source: Source, namespace: dict[str, Any]) -> None:
    """Run a plain Python file as the interpreter does. What it raises comes out unchanged."""
    (cell,) = source.cells
    exec(compile(cell.text, cell.name, "exec", dont_inherit=True), namespace)


def new_main(path: Path, names: Mapping[str, Any]) -> types.ModuleType:
    """A fresh `__main__` module for a file, so that pickle, multiprocessing and MLflow see what plain Python gives."""
    module = types.ModuleType("__main__")
    module.__dict__.update(names, __file__=str(path), __builtins__=__builtins__)
    sys.modules["__main__"] = module
    return module


def without_own_frames(error: BaseException) -> BaseException:
    """The error, its causes and contexts too, without the frames of this package and of IPython."""
    ipython = getattr(sys.modules.get("IPython"), "__file__", None)
    hidden = (_OWN_FOLDER, str(Path(ipython).parent) + "/") if ipython else (_OWN_FOLDER,)
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        current.__traceback__ = _filtered(current.__traceback__, hidden)
        pending += [current.__cause__, current.__context__]
    return error


def _filtered(traceback: TracebackType | None, hidden: tuple[str, ...]) -> TracebackType | None:
    kept = []
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(hidden):
            kept.append(traceback)
        traceback = traceback.tb_next
    chain: TracebackType | None = None
    for item in reversed(kept):
        chain = TracebackType(chain, item.tb_frame, item.tb_lasti, item.tb_lineno)
    return chain
