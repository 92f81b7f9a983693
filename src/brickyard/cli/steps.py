"""The steps of a long command in the terminal: what it does now, and how long each step took."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

TITLE_WIDTH = 58


class Steps:
    """A context in which each step is a line with its seconds. Where the output is no terminal nothing moves.

    Not thread-safe: one thread calls it.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._current: tuple[str, float, TaskID] | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(failed=error is not None)
        self._progress.stop()

    def begin(self, title: str) -> None:
        """End the step that runs, and begin another."""
        self.end()
        self._current = (title, time.monotonic(), self._progress.add_task(title, total=None))

    def end(self, *, failed: bool = False) -> None:
        """End the step that runs, if one does."""
        if self._current is None:
            return
        title, began, task = self._current
        self._current = None
        self._progress.remove_task(task)
        mark = Text("✗ ", "bold red") if failed else Text("✓ ", "green")
        seconds = Text(f"{time.monotonic() - began:5.1f} s", "dim")
        self._console.print(Text.assemble(mark, title.ljust(TITLE_WIDTH), seconds))
