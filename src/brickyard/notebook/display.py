"""display() and displayHTML(): a table in a terminal, rich output in a notebook front end and where output is kept."""

import sys
from typing import Any

from brickyard.notebook.grid import Grid, grid_of
from brickyard.notebook.html_text import text_of_html
from brickyard.notebook.page_table import PAGE_ROWS, table_html
from brickyard.notebook.presentation import keeps_rich_output, present, save_png
from brickyard.notebook.rich_values import bundle_of, figure_of, png_of
from brickyard.notebook.tables import TERMINAL_ROWS, cut_rows, table_text


def display(*values: Any, **_: Any) -> None:
    """Show values: tables (Spark, pandas, Polars, Arrow, dicts, lists of rows), figures, and whatever else there is.

    Raises:
        InvalidParameterValue: a streaming DataFrame.
    """
    front_end = _front_end()
    for value in values:
        if value is None:
            continue
        if front_end is not None:
            _in_front_end(value, front_end)
        elif keeps_rich_output():
            _kept(value)
        else:
            _in_terminal(value)


def display_html(text: str) -> None:
    """Show HTML; a terminal gets its text, without the tags."""
    front_end = _front_end()
    if front_end is not None:
        front_end.display(front_end.HTML(text))
    else:
        present({"text/html": text, "text/plain": text_of_html(text)}, {})


def _in_front_end(value: Any, front_end: Any) -> None:
    grid = grid_of(value, PAGE_ROWS)
    if grid is not None:
        front_end.publish_display_data(_forms(grid))
    elif (figure := figure_of(value)) is not None:
        front_end.display(figure)
    else:
        front_end.display(value)


def _kept(value: Any) -> None:
    grid = grid_of(value, PAGE_ROWS)
    if grid is not None:
        present(_forms(grid), {})
    else:
        present(*bundle_of(value))


def _forms(grid: Grid) -> dict[str, str]:
    return {"text/html": table_html(grid), "text/plain": table_text(cut_rows(grid), is_plain=True)}


def _in_terminal(value: Any) -> None:
    grid = grid_of(value, TERMINAL_ROWS)
    if grid is not None:
        print(table_text(grid))
    elif (figure := figure_of(value)) is not None:
        print(f"figure saved: {save_png(png_of(figure))}")
    else:
        print(value)


def _front_end() -> Any:
    """IPython's display module where this process is the kernel of a notebook front end; None elsewhere."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython import display as module

    return module
