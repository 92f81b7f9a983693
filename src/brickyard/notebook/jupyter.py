"""`%load_ext brickyard`: a Databricks notebook's names and `%` words in Jupyter, VS Code and IPython's terminal.

Loaded by IPython itself: see brickyard/__init__.py.
"""

import ast
import atexit
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from IPython.core.error import UsageError

from brickyard.errors import BrickyardError, InvalidState
from brickyard.notebook import shims
from brickyard.notebook.attach import attached
from brickyard.notebook.cells import CellRunner
from brickyard.notebook.controls import NotebookControls
from brickyard.notebook.dbutils.control import NotebookExit
from brickyard.notebook.environment import is_brickyard
from brickyard.notebook.interactive import FileCompiler
from brickyard.notebook.magics.register import register_magics, whole_cells
from brickyard.notebook.namespace import NotebookNamespace, process_namespace
from brickyard.notebook.server_of_home import find_server
from brickyard.notebook.source import Cell
from brickyard.settings import Settings, process_environment

HOME = "BRICKYARD_HOME"
_HOME_FOLDER = ".brickyard"


def load_ipython_extension(shell: Any) -> None:
    """Give a shell spark, dbutils, display and the magics, until it ends or the extension is unloaded.

    Raises:
        UsageError: no server runs on the home; one line that names the command to start it.
    """
    stack = ExitStack()
    try:
        space = stack.enter_context(_namespace(Path.cwd(), process_environment()))
    except BrickyardError as error:
        raise UsageError(f"brickyard: {error.message}") from None
    stack.enter_context(_equipped(shell, space))
    atexit.register(stack.close)
    shell.brickyard = stack
    print(f"brickyard: {space.context.url}, home {space.context.home or 'on another machine'}")
    if hasattr(shell, "kernel"):
        _show_controls(space)


def unload_ipython_extension(shell: Any) -> None:
    """Take all of it away again; the Spark session and its engine end."""
    stack: ExitStack = shell.brickyard
    del shell.brickyard
    atexit.unregister(stack.close)
    stack.close()


def home_near(folder: Path, environment: Mapping[str, str]) -> Path:
    """BRICKYARD_HOME, else the nearest `.brickyard` in a folder or above it, else the one that would lie in it."""
    if environment.get(HOME):
        return Settings.read(environment).home
    places = [place / _HOME_FOLDER for place in (folder, *folder.parents)]
    return next((place for place in places if place.is_dir()), places[0])


@contextmanager
def _namespace(folder: Path, environment: Mapping[str, str]) -> Iterator[NotebookNamespace]:
    """The names, on the server of the home; where `brickyard env` has prepared the shell of another, on that one.

    Raises:
        InvalidState: no server runs on the home.
        BrickyardError: the prepared one does not answer, or refuses.
    """
    home = home_near(folder, environment)
    is_prepared = is_brickyard(environment) and (not environment.get(HOME) or find_server(home) is None)
    if is_prepared:
        space = process_namespace()
        space.client.get("/api/brickyard/status")
        shims.install_clients(lambda: space.spark)
        try:
            yield space
        finally:
            space.close()
        return
    if find_server(home) is None:
        raise InvalidState(
            f"no server runs on {home}. Start one in a terminal with `brickyard up --home {home}`, and load the "
            f"extension again; for a home elsewhere: %env {HOME}=/path/of/it"
        )
    with attached(home, comment="notebook") as space:
        yield space


@contextmanager
def _equipped(shell: Any, space: NotebookNamespace) -> Iterator[None]:
    """A shell with the names, the magics and whole cells of another language."""
    names = space.names()
    before = {kind: dict(known) for kind, known in shell.magics_manager.magics.items()}
    shell.push(names, interactive=False)
    register_magics(shell, CellRunner(python=_python_of(shell), space=space, names=shell.user_ns))
    shell.input_transformers_cleanup.append(whole_cells)
    shell.set_custom_exc((NotebookExit,), _tell_exit)
    try:
        yield
    finally:
        shell.drop_by_id(names)
        for kind, known in shell.magics_manager.magics.items():
            known.clear()
            known.update(before[kind])
        shell.input_transformers_cleanup.remove(whole_cells)
        shell.set_custom_exc((), None)


def _python_of(shell: Any) -> Any:
    """What runs the Python cells of a notebook that %run includes: in the shell's names, under their file's name."""
    compiler: Any = FileCompiler()

    def run(cell: Cell) -> None:
        compiler.cell = cell
        text = shell.transform_cell(cell.text)
        name = compiler.cache(text)
        statements = compiler.ast_parse(text, name).body
        shown = statements.pop() if statements and isinstance(statements[-1], ast.Expr) else None
        exec(compiler(ast.Module(body=statements, type_ignores=[]), name, "exec"), shell.user_ns)
        if shown is not None:
            exec(compiler(ast.Interactive(body=[shown]), name, "single"), shell.user_ns)

    return run


def _tell_exit(_: Any, kind: type, error: NotebookExit, trace: TracebackType, tb_offset: int | None = None) -> None:
    """What dbutils.notebook.exit shows where there is a user; the cells behind it are not run."""
    print(f"Notebook exited: {error.value}")


def _show_controls(space: NotebookNamespace) -> None:
    if NotebookControls.are_there():
        space.dbutils.widgets.show_with(NotebookControls())
    else:
        print("dbutils.widgets keep their defaults: pip install 'brickyard[jupyter]' shows them as controls")
