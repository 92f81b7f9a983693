"""Running the cells of a notebook in one namespace, as Databricks does. Front ends say how they run Python."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.display import display
from brickyard.notebook.execute import PythonRestart, run_script
from brickyard.notebook.inclusion import run_arguments
from brickyard.notebook.magics.fs import run_fs
from brickyard.notebook.magics.pip import run_pip
from brickyard.notebook.magics.sh import run_shell
from brickyard.notebook.magics.sql import run_sql
from brickyard.notebook.namespace import NotebookNamespace
from brickyard.notebook.paths import find_notebook
from brickyard.notebook.source import Cell, Source, read_source
from brickyard.settings import process_environment


class Observer(Protocol):
    """Hears of the cells of the file that runs; not of those that %run includes."""

    def begin(self, cell: Cell) -> None:
        """A cell begins."""
        ...

    def end(self, cell: Cell, error: BaseException | None) -> None:
        """It has ended, with what it raised."""
        ...


@dataclass(kw_only=True)
class CellRunner:
    """Runs cells of all languages.

    Args:
        python: runs a Python cell, in which IPython's syntax is allowed, and raises what the cell raises; None where
            only plain scripts are run.
        space: the Spark session and dbutils that cells work with.
        names: the namespace of the cells.
    """

    python: Callable[[Cell], None] | None
    space: NotebookNamespace
    names: dict[str, Any]
    _paths: list[Path] = field(default_factory=list)
    _resume: list[int] = field(default_factory=list)

    def run(self, source: Source, *, observer: Observer | None = None, resume: Sequence[int] = ()) -> None:
        """Run the cells of a notebook in order. What a cell raises comes out unchanged.

        Args:
            resume: the index of the cell to begin with; behind it that of the cell in the notebook that it includes,
                and so on: PythonRestart.positions.
        """
        self._resume = list(resume)
        self._run(source, observer)

    def include(self, line: str) -> None:
        """`%run ./other $name="value"`: another notebook's cells, in this namespace.

        The arguments are the values of widgets while it runs.

        Raises:
            InvalidParameterValue: no path, other words behind it, or a notebook that runs itself.
            FileNotFoundError: no such notebook.
        """
        name, arguments = run_arguments(line)
        folder = self._paths[-1].parent if self._paths else Path.cwd()
        path = find_notebook(name, folder, self.space.context.workspace)
        if path in self._paths:
            raise InvalidParameterValue(f"%run {name}: this notebook runs itself")
        with self.space.dbutils.widgets.given(arguments):
            self._run(read_source(path), None)

    def sql(self, text: str) -> None:
        """%sql: the last statement's rows are shown, and `_sqldf` holds them."""
        frame = run_sql(text, self.names.get("spark") or self.space.spark, self.space.dbutils.widgets.getAll())
        if frame is not None:
            self.names["_sqldf"] = frame
            if frame.columns:
                display(frame)

    def sh(self, text: str) -> None:
        """%sh; `_exit_code` is its status, as behind IPython's `!`."""
        self.names["_exit_code"] = run_shell(text, process_environment())

    def pip(self, line: str) -> None:
        """%pip."""
        run_pip(line, process_environment())

    def fs(self, line: str) -> None:
        """%fs."""
        run_fs(line, self.space.dbutils.fs, display)

    def _run(self, source: Source, observer: Observer | None) -> None:
        start = self._resume.pop(0) if self._resume else 0
        self._paths.append(source.path.resolve())
        try:
            for cell in source.cells:
                if cell.index >= start:
                    self._observed(cell, source, observer)
        finally:
            self._paths.pop()

    def _observed(self, cell: Cell, source: Source, observer: Observer | None) -> None:
        if observer is not None:
            observer.begin(cell)
        failure: BaseException | None = None
        try:
            self._execute(cell, source)
        except PythonRestart as restart:
            restart.positions.insert(0, cell.index if restart.positions else cell.index + 1)
            raise
        except BaseException as error:  # reason: whatever ends a cell is kept with its outputs; it goes on
            failure = error
            raise
        finally:
            if observer is not None:
                observer.end(cell, failure)

    def _execute(self, cell: Cell, source: Source) -> None:
        match cell.language:
            case "python" if source.is_notebook and self.python is not None:
                self.python(cell)
            case "python":
                run_script(source, self.names)
            case "sql":
                self.sql(cell.text)
            case "sh":
                self.sh(cell.text)
