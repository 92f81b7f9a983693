"""Databricks' `%` words as magics of an IPython shell, whoever runs it."""

from typing import Any, Protocol

from brickyard.errors import NotImplementedHere
from brickyard.notebook.execute import without_own_frames

SHELL_CELL = "sh_cell"
"""A `%sh` cell of several lines; `%%sh` stays IPython's own."""
_WHOLE_CELL = {"sql": "sql", "sh": SHELL_CELL, "md": "md", "md-sandbox": "md", "scala": "scala", "r": "r"}


class Words(Protocol):
    """What the words do."""

    def sql(self, text: str) -> None:
        """Run statements."""
        ...

    def sh(self, text: str) -> None:
        """Run a shell script."""
        ...

    def pip(self, line: str) -> None:
        """Change the environment's packages."""
        ...

    def fs(self, line: str) -> None:
        """Work on files."""
        ...

    def include(self, line: str) -> None:
        """Run another notebook here."""
        ...


def register_magics(shell: Any, words: Words) -> None:
    """Put %sql, %%sql, %sh, %fs, %pip, %run and their like into a shell, in the place of IPython's own."""
    from IPython.core.magic import no_var_expand

    def add(name: str, run: Any, *, cell: bool = False) -> None:
        @no_var_expand
        def on_line(line: str) -> None:
            __tracebackhide__ = True
            try:
                run(line)
            except BaseException as error:  # reason: whatever it is, its traceback shows the user's frames alone
                without_own_frames(error)
                raise

        @no_var_expand
        def on_cell(line: str, body: str) -> None:
            __tracebackhide__ = True
            on_line(f"{line}\n{body}" if line.strip() else body)

        shell.register_magic_function(on_line, "line", name)
        if cell:
            shell.register_magic_function(on_cell, "cell", name)

    add("sql", words.sql, cell=True)
    add("sh", words.sh)
    add(SHELL_CELL, words.sh, cell=True)
    add("md", _show_markdown, cell=True)
    for name, run in (("fs", words.fs), ("pip", words.pip), ("run", words.include)):
        add(name, run)
    for name in ("scala", "r"):
        add(name, _refuse(name), cell=True)


def whole_cells(lines: list[str]) -> list[str]:
    """An input transformation: a cell that begins with `%sql` (or %sh, %md) is of that kind as a whole."""
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return lines
    word, _, rest = lines[first].strip().partition(" ")
    name = word.removeprefix("%")
    if word.startswith("%%") or not word.startswith("%"):
        return lines
    if name == "python":
        return [rest + "\n", *lines[first + 1 :]]
    if name not in _WHOLE_CELL or not any(line.strip() for line in lines[first + 1 :]):
        return lines
    return [f"%%{_WHOLE_CELL[name]} {rest}".rstrip() + "\n", *lines[first + 1 :]]


def _show_markdown(text: str) -> None:
    from IPython import display

    module: Any = display
    module.display(module.Markdown(text))


def _refuse(name: str) -> Any:
    def refuse(_: str) -> None:
        raise NotImplementedHere(f"cells of %{name} are not run here; Python, %md, %sql, %sh, %run, %pip and %fs are")

    return refuse
