"""Grids as HTML: a table that scrolls in itself, sorts by a click on a column's head, and can be seen as a plot.

Everything is in the output, so that it works offline, in a saved notebook too; where a front end runs no scripts, the
plain table is left.
"""

import html
import uuid
from functools import cache
from importlib.resources import files
from typing import Any

from brickyard.notebook.grid import Column, Grid
from brickyard.notebook.tables import CELL_WIDTH, cell_text, is_number, size_line

PAGE_ROWS = 1000
PAGE_COLUMNS = 250
_CELL_WIDTH = 10 * CELL_WIDTH

# Colours of the page itself, so that the table is legible in light and dark themes.
_FRAME = "overflow:auto;max-height:480px;max-width:100%;border:1px solid rgba(128,128,128,.4)"
_HEAD = (
    "position:sticky;top:0;text-align:left;padding:4px 8px;white-space:nowrap;color:inherit;"
    "background:var(--jp-layout-color1,var(--vscode-editor-background,Canvas));"
    "border-bottom:1px solid rgba(128,128,128,.4)"
)
_CELL = "padding:3px 8px;white-space:nowrap;color:inherit;background:transparent;border:0;text-align:"
_LINE = "color:inherit;opacity:.75;font-size:smaller;margin:4px 0"


def table_html(grid: Grid) -> str:
    """A table as HTML, every value escaped."""
    columns = grid.columns[:PAGE_COLUMNS]
    head = "".join(map(_head, columns))
    body = "".join(
        f"<tr>{''.join(_cell(value, column) for value, column in zip(row, columns, strict=False))}</tr>"
        for row in grid.rows
    )
    name = f"by-{uuid.uuid4().hex}"
    line = html.escape(size_line(grid, len(columns)))
    return (
        f'<div id="{name}"><div data-frame style="{_FRAME}">'
        f'<table style="border-collapse:collapse;margin:0;color:inherit"><thead><tr>{head}</tr></thead>'
        f'<tbody>{body}</tbody></table></div><p style="{_LINE}">{line}</p></div>'
        f"<script>{_script().replace('BY_ID', name)}</script>"
    )


def _head(column: Column) -> str:
    number = " data-number" if is_number(column) else ""
    name = html.escape(column.name)
    return (
        f'<th scope="col" data-name="{name}"{number} style="{_HEAD}">{name}<span data-arrow></span><br>'
        f'<small style="font-weight:normal">{html.escape(column.type)}</small></th>'
    )


def _cell(value: Any, column: Column) -> str:
    side = "right" if is_number(column) else "left"
    text = cell_text(value, _CELL_WIDTH)
    if value is None:
        mark = " data-null"
    else:
        # What is shown is rounded: sorting and plots take the value itself.
        mark = f' data-value="{value!r}"' if isinstance(value, float) and repr(value) != text else ""
    return f'<td{mark} style="{_CELL}{side}">{html.escape(text)}</td>'


@cache
def _script() -> str:
    return (files("brickyard.notebook") / "assets" / "table.js").read_text("utf-8")
