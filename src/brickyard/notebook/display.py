"""display() and displayHTML(): a table in a terminal, rich output in a notebook front end."""

import html
import os
import re
import sys
import tempfile
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from brickyard.notebook.grid import Grid, grid_of

TERMINAL_ROWS = 20
PAGE_ROWS = 1000
CELL_WIDTH = 40
PIPE_WIDTH = 120
_NUMBERS = re.compile(r"^(u?int|float|double|decimal|bigint|smallint|tinyint|long)", re.IGNORECASE)


def display(*values: Any, **_: Any) -> None:
    """Show values: tables (Spark, pandas, Arrow, dicts, lists of rows), figures, and whatever else can be printed.

    Raises:
        InvalidParameterValue: a streaming DataFrame.
    """
    in_page = _front_end()
    for value in values:
        if value is None:
            continue
        grid = grid_of(value, PAGE_ROWS if in_page else TERMINAL_ROWS)
        if in_page is not None:
            in_page.display(in_page.HTML(table_html(grid)) if grid else value)
        elif grid is not None:
            print_grid(grid)
        elif (figure := _figure_of(value)) is not None:
            print(f"figure saved: {save_figure(figure)}")
        else:
            print(value)


def display_html(text: str) -> None:
    """Show HTML; a terminal gets its text, without the tags."""
    in_page = _front_end()
    if in_page is not None:
        in_page.display(in_page.HTML(text))
    else:
        print(text_of_html(text))


def print_grid(grid: Grid) -> None:
    """Write a table to standard output."""
    table = Table(box=SIMPLE_HEAD, show_edge=False, header_style="bold", pad_edge=False)
    for column in grid.columns:
        header = Text.assemble(column.name, "\n", (column.type, "dim"))
        justify: JustifyMethod = "right" if _NUMBERS.match(column.type) else "left"
        table.add_column(header, justify=justify, max_width=CELL_WIDTH, overflow="ellipsis", no_wrap=True)
    for row in grid.rows:
        table.add_row(*(Text(cell_text(value)) for value in row))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else PIPE_WIDTH)
    console.print(table)
    console.print(Text(rows_line(grid), "dim"))


def table_html(grid: Grid) -> str:
    """A table as HTML, every value escaped."""
    head = "".join(
        f"<th>{html.escape(c.name)}<br><small style='font-weight:normal'>{html.escape(c.type)}</small></th>"
        for c in grid.columns
    )
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell_text(v, 10 * CELL_WIDTH))}</td>" for v in row) + "</tr>"
        for row in grid.rows
    )
    line = html.escape(rows_line(grid))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p><small>{line}</small></p>"


def cell_text(value: Any, width: int = CELL_WIDTH) -> str:
    """A value on one line of at most `width` characters."""
    if value is None:
        return "null"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    text = " ".join(text.split("\n"))
    return text if len(text) <= width else text[: width - 1] + "…"


def rows_line(grid: Grid) -> str:
    """How many rows there are, and how many are shown."""
    shown = len(grid.rows)
    if not grid.has_more:
        return f"{shown} row{'' if shown == 1 else 's'}"
    return f"first {shown} rows" + (f" of {grid.total}" if grid.total is not None else "")


def text_of_html(text: str) -> str:
    """The words of an HTML text, without scripts, styles and tags."""
    bare = re.sub(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->", "", text)
    bare = re.sub(r"(?i)<(br|/p|/div|/tr|/h\d|/li)\b[^>]*>", "\n", bare)
    return html.unescape(re.sub(r"<[^>]+>", "", bare)).strip()


def save_figure(figure: Any) -> str:
    """Write a matplotlib figure to a file of its own; gives its path."""
    descriptor, path = tempfile.mkstemp(prefix="figure-", suffix=".png")
    os.close(descriptor)
    figure.savefig(path, bbox_inches="tight")
    return path


def _figure_of(value: Any) -> Any:
    """The matplotlib figure that a value is, or that it is drawn on."""
    if "matplotlib" not in sys.modules:
        return None
    candidate = (
        value if hasattr(value, "savefig") else getattr(value, "figure", None) or getattr(value, "figure_", None)
    )
    return candidate if hasattr(candidate, "savefig") else None


def _front_end() -> Any:
    """IPython's display module where this process is the kernel of a notebook front end; None in a terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython import display as module

    return module
