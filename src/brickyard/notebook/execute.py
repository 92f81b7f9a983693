"""Running the cells of a source in one namespace, as Databricks and Jupyter do; tracebacks show the user's files."""

import __future__

import ast
import linecache
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

import brickyard
from brickyard.errors import InvalidParameterValue
from brickyard.notebook.paths import find_notebook
from brickyard.notebook.source import Cell, Source, read_source
from brickyard.notebook.statements import split_statements

_OWN_FOLDER = str(Path(brickyard.__file__).parent) + "/"
_FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs sources in a namespace.

    `display` shows the rows of a %sql cell.
    """

    namespace: dict[str, Any]
    display: Callable[[Any], None]

    def run(self, source: Source, *, running: tuple[Path, ...] = ()) -> None:
        """Run all cells in order. What a cell raises comes out unchanged."""
        flags = 0
        for cell in source.cells:
            match cell.language:
                case "python":
                    flags = self._python(cell, flags, source)
                case "sql":
                    self._sql(cell)
                case "run":
                    self._include(cell, source, running)

    def _python(self, cell: Cell, flags: int, source: Source) -> int:
        """Run one cell; gives the `from __future__` flags that hold for the cells behind it."""
        if source.kind == "ipynb":  # tracebacks find the lines of a .py by themselves
            lines = cell.text.splitlines(keepends=True)
            linecache.cache[cell.name] = (len(cell.text), None, lines, cell.name)
        # Empty lines in front, so that line numbers are those of the file.
        text = "\n" * (cell.line - 1) + cell.text
        tree = compile(text, cell.name, "exec", ast.PyCF_ONLY_AST | flags, dont_inherit=True)
        last = tree.body.pop() if source.is_notebook and tree.body and _is_shown(tree.body[-1], cell.text) else None
        body = compile(tree, cell.name, "exec", flags, dont_inherit=True)
        flags |= body.co_flags & _FUTURE
        exec(body, self.namespace)
        if last is not None:
            exec(_interactive(last, cell.name, flags), self.namespace)
        return flags

    def _sql(self, cell: Cell) -> None:
        frame = None
        for statement in split_statements(cell.text):
            frame = self.namespace["spark"].sql(statement)
        if frame is not None:
            self.namespace["_sqldf"] = frame
            if frame.columns:
                self.display(frame)

    def _include(self, cell: Cell, source: Source, running: tuple[Path, ...]) -> None:
        """`%run ./other`: the other notebook's cells, in this namespace."""
        words = cell.text.split()
        if not words:
            raise InvalidParameterValue(f"{cell.name}, line {cell.line}: %run needs the path of a notebook")
        if len(words) > 1:
            raise InvalidParameterValue(
                f"{cell.name}, line {cell.line}: %run takes a path alone; for arguments use dbutils.notebook.run"
            )
        path = find_notebook(words[0].strip("\"'"), source.path.parent)
        if path in (*running, source.path):
            raise InvalidParameterValue(f"{cell.name}, line {cell.line}: %run {words[0]} runs itself")
        self.run(read_source(path), running=(*running, source.path))


def new_main(path: Path, names: Mapping[str, Any]) -> types.ModuleType:
    """A fresh `__main__` module for a file, so that pickle, multiprocessing and MLflow see what plain Python gives."""
    module = types.ModuleType("__main__")
    module.__dict__.update(names, __file__=str(path), __builtins__=__builtins__)
    sys.modules["__main__"] = module
    return module


def without_own_frames(error: BaseException) -> BaseException:
    """The error, its causes and contexts too, without the frames of this package."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        current.__traceback__ = _filtered(current.__traceback__)
        pending += [current.__cause__, current.__context__]
    return error


def _filtered(traceback: TracebackType | None) -> TracebackType | None:
    kept = []
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
            kept.append(traceback)
        traceback = traceback.tb_next
    chain: TracebackType | None = None
    for item in reversed(kept):
        chain = TracebackType(chain, item.tb_frame, item.tb_lasti, item.tb_lineno)
    return chain


def _is_shown(node: ast.stmt, text: str) -> bool:
    """A last expression is shown, unless a `;` stands behind it."""
    return isinstance(node, ast.Expr) and not text.rstrip().endswith(";")


def _interactive(node: ast.stmt, name: str, flags: int) -> CodeType:
    code: CodeType = compile(ast.Interactive(body=[node]), name, "single", flags, dont_inherit=True)
    return code
