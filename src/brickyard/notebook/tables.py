"""Grids as text, for terminals."""

import io
import re
import sys
from dataclasses import replace
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from brickyard.notebook.grid import Column, Grid

TERMINAL_ROWS = 20
CELL_WIDTH = 40
PIPE_WIDTH = 120
_GAP = 2
_NUMBERS = re.compile(r"^(u?int|float|double|decimal|bigint|smallint|tinyint|long)", re.IGNORECASE)


def table_text(grid: Grid, *, is_plain: bool = False) -> str:
    """A table as text, as wide as the terminal; what does not fit is left out, and said.

    Args:
        is_plain: without a terminal's colours, for text that is kept.
    """
    is_terminal = sys.stdout.isatty() and not is_plain
    console = Console(
        file=io.StringIO(),
        force_terminal=is_terminal,
        force_jupyter=False,
        width=_width() if is_terminal else PIPE_WIDTH,
    )
    shown = _that_fit(grid, console.width)
    table = Table(box=SIMPLE_HEAD, show_edge=False, header_style="bold", pad_edge=False)
    for column in grid.columns[:shown]:
        header = Text.assemble(column.name, "\n", (column.type, "dim"))
        justify: JustifyMethod = "right" if is_number(column) else "left"
        table.add_column(header, justify=justify, max_width=CELL_WIDTH, overflow="ellipsis", no_wrap=True)
    for row in grid.rows:
        table.add_row(*(Text(cell_text(value)) for value in row[:shown]))
    console.print(table)
    console.print(Text(size_line(grid, shown), "dim"))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().rstrip("\n")


def cut_rows(grid: Grid) -> Grid:
    """A grid of a page as a terminal shows it."""
    if len(grid.rows) <= TERMINAL_ROWS:
        return grid
    return replace(grid, rows=grid.rows[:TERMINAL_ROWS], has_more=True)


def cell_text(value: Any, width: int = CELL_WIDTH) -> str:
    """A value on one line of at most `width` characters."""
    if value is None:
        return "null"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split("\n"))
    return text if len(text) <= width else text[: width - 1] + "…"


def size_line(grid: Grid, columns: int) -> str:
    """How many rows and columns there are, and how many are shown."""
    shown = len(grid.rows)
    of = f" of {grid.total:,}" if grid.total is not None else ""
    rows = f"first {shown:,} rows{of}" if grid.has_more else f"{shown:,} row{'' if shown == 1 else 's'}"
    return rows if columns == len(grid.columns) else f"{rows}; first {columns} of {len(grid.columns)} columns"


def _that_fit(grid: Grid, width: int) -> int:
    """The number of columns from the left for which there is room; at least one."""
    used = 0
    for number, column in enumerate(grid.columns):
        texts = [column.name, column.type, *(cell_text(row[number]) for row in grid.rows)]
        used += min(max(map(len, texts)), CELL_WIDTH) + (_GAP if number else 0)
        if used > width:
            return max(number, 1)
    return len(grid.columns)


def _width() -> int:
    return Console(file=sys.stdout, force_jupyter=False).width


def is_number(column: Column) -> bool:
    """Whether a column's values are numbers, by the name of its type."""
    return bool(_NUMBERS.match(column.type))
