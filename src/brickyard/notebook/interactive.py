"""IPython in this process, for notebooks: its syntax, its magics and its figures, with plain Python's errors and exits.

Loaded for notebooks alone: it costs a quarter of a second.
"""

import ast
import linecache
import sys
import tempfile
from types import CodeType, ModuleType
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from traitlets import Type
from traitlets.config import Config

from brickyard.notebook.execute import PythonRestart
from brickyard.notebook.presentation import present, present_result
from brickyard.notebook.source import Cell

_IPYTHONS_OWN = ("exit", "quit", "open")
"""Names that IPython puts over Python's, or hides: exit(7) must end the process with 7."""


class FileCompiler(CachingCompiler):
    """Compiles cells under the name and with the line numbers of their file."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.cell: Cell | None = None

    def cache(self, transformed_code: str, number: int = 0, raw_code: str | None = None) -> str:
        if self.cell is None:
            return str(super().cache(transformed_code, number, raw_code))
        name = self.cell.name
        if not self.cell.in_file:
            text = "\n" * (self.cell.line - 1) + self.cell.text
            linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        return name

    def ast_parse(self, source: str, filename: str = "<unknown>", symbol: str = "exec") -> ast.AST:
        before = 0 if self.cell is None or filename != self.cell.name else self.cell.line - 1
        try:
            tree: ast.AST = super().ast_parse(source, filename, symbol)
        except SyntaxError as error:
            error.lineno = None if error.lineno is None else error.lineno + before
            error.end_lineno = None if error.end_lineno is None else error.end_lineno + before
            raise
        return ast.increment_lineno(tree, before)


class _Hook(DisplayHook):
    """Shows the value of a cell's last expression as the terminal or the kept output wants it."""

    def quiet(self) -> bool:
        shell: Any = self.shell
        cell: Cell | None = shell.compile.cell
        return cell is not None and bool(self.semicolon_at_end_of_expression(cell.text))  # type: ignore[no-untyped-call]

    def write_output_prompt(self) -> None:
        """None: what a script prints is read by programs, too."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        present_result(format_dict, md_dict or {}, count=self.prompt_count)

    def finish_displayhook(self) -> None:
        sys.stdout.flush()
        self._is_active = False


class _Publisher(DisplayPublisher):
    """Shows what IPython's display() and figures publish."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: str = "",
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        present(data, metadata or {}, display_id=(transient or {}).get("display_id", ""), update=update)

    def clear_output(self, wait: bool = False) -> None:
        clear = getattr(sys.stdout, "clear", None)
        if clear is not None:
            clear()


class NotebookShell(InteractiveShell):
    """One notebook's shell. What a cell raises is not shown here, but given to the caller."""

    compiler_class = Type(FileCompiler)
    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)

    def run(self, cell: Cell) -> None:
        """Run a Python cell, in which IPython's syntax is allowed. What it raises comes out unchanged."""
        compiler: Any = self.compile
        before, compiler.cell = compiler.cell, cell
        try:
            result: Any = self.run_cell(cell.text, store_history=True)  # type: ignore[no-untyped-call]
        finally:
            compiler.cell = before
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            raise error

    def restart_python(self) -> None:
        """Go on with the next cell in a fresh process."""
        raise PythonRestart

    async def run_code(
        self, code_obj: CodeType, result: ExecutionResult | None = None, *, async_: bool = False
    ) -> bool:
        """Run compiled code; True where it raised, which is then in the result."""
        try:
            if async_:
                await eval(code_obj, self.user_global_ns, self.user_ns)
            else:
                exec(code_obj, self.user_global_ns, self.user_ns)
        except BaseException as error:  # reason: exits and interruptions are the caller's as well
            if result is not None:
                result.error_in_exec = error
            return True
        return False

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Nothing: the caller gets the error itself."""

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        """Nothing, for the same reason."""

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict[str, Any]:
        return {}

    def init_virtualenv(self) -> None:
        """Nothing: the interpreter decides where packages come from, not a variable of the environment."""


def notebook_shell(main_module: ModuleType) -> NotebookShell:
    """The shell of this process's notebook, which runs in a module; `get_ipython()` gives it from now on."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    folder = tempfile.TemporaryDirectory(prefix="brickyard-ipython-")
    shell: NotebookShell = NotebookShell.instance(
        config=config, user_module=main_module, ipython_dir=folder.name, separate_out=""
    )
    shell.keep_folder = folder  # type: ignore[attr-defined]
    trap: Any = shell.builtin_trap
    for name in _IPYTHONS_OWN:
        shell.user_ns.pop(name, None)
        trap.auto_builtins.pop(name, None)
    return shell
