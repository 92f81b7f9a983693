import datetime
import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.display import display, display_html
from brickyard.notebook.grid import grid_of
from brickyard.notebook.html_text import text_of_html
from brickyard.notebook.page_table import table_html
from brickyard.notebook.tables import cell_text

mpl.use("Agg")
Pair = namedtuple("Pair", ["left", "right"])


@pytest.mark.parametrize(
    ("value", "columns", "rows"),
    [
        (pd.DataFrame({"a": [1, 2], "b": ["x", None]}), ["a int64", "b object"], [(1, "x"), (2, None)]),
        (pd.Series([1.5], name="s"), ["s float64"], [(1.5,)]),
        (pd.DataFrame({"a": [1]}, index=pd.Index(["k"], name="key")), ["key object", "a int64"], [("k", 1)]),
        (pa.table({"a": [1, None]}), ["a int64"], [(1,), (None,)]),
        ({"a": [1, 2], "b": ["x", "y"]}, ["a int", "b str"], [(1, "x"), (2, "y")]),
        ({"k": 1, "m": [2]}, ["key str", "value object"], [("k", 1), ("m", [2])]),
        ([{"a": 1}, {"b": 2}], ["a int", "b int"], [(1, None), (None, 2)]),
        ([Pair(1, "x")], ["left int", "right str"], [(1, "x")]),
        ([(1, None), (2, None)], ["_1 int", "_2 null"], [(1, None), (2, None)]),
        ([1, 2.5], ["value object"], [(1,), (2.5,)]),
        ([(1,), (1, 2)], ["value tuple"], [((1,),), ((1, 2),)]),
    ],
)
def test_grids(value: Any, columns: list[str], rows: list[tuple[Any, ...]]) -> None:
    grid = grid_of(value, 10)
    assert grid is not None
    assert [f"{c.name} {c.type}" for c in grid.columns] == columns
    assert list(grid.rows) == rows
    assert (grid.total, grid.has_more) == (len(rows), False)


@pytest.mark.parametrize("value", [1, "text", None, [], {}, Pair(1, 2), object()])
def test_what_is_no_table(value: Any) -> None:
    assert grid_of(value, 10) is None


@pytest.mark.parametrize("value", [list(range(30)), pd.DataFrame({"a": range(30)}), pa.table({"a": list(range(30))})])
def test_long_tables_are_cut(value: Any, capsys: pytest.CaptureFixture[str]) -> None:
    display(value)
    out = capsys.readouterr().out
    assert "first 20 rows of 30" in out
    assert "19" in out
    assert " 20\n" not in out


def test_terminal_table_shows_types_and_cuts_cells(capsys: pytest.CaptureFixture[str]) -> None:
    display(pd.DataFrame({"name": ["x" * 100], "at": [datetime.date(2025, 1, 2)]}))
    out = capsys.readouterr().out
    assert "name" in out
    assert "object" in out
    assert "2025-01-02" in out
    assert "x" * 41 not in out
    assert "…" in out


def test_markup_in_values_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    display({"[bold]a": ["[red]x[/red]"]})
    out = capsys.readouterr().out
    assert "[bold]a" in out
    assert "[red]x[/red]" in out


def test_html_is_escaped() -> None:
    grid = grid_of({"<b>": ["<script>alert(1)</script>"]}, 10)
    assert grid is not None
    page = table_html(grid).rpartition("<script>")[0]  # but for the one script that is ours
    assert "<script>" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_streaming_frames_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = type("DataFrame", (), {"isStreaming": True, "__module__": "pyspark.sql.connect.dataframe"})()
    monkeypatch.setitem(sys.modules, "pyspark", sys)
    with pytest.raises(InvalidParameterValue, match="writeStream"):
        display(stream)


def test_figures_are_saved(capsys: pytest.CaptureFixture[str]) -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([1, 2])
    for value in (figure, axes):
        display(value)
        path = Path(capsys.readouterr().out.removeprefix("figure saved: ").strip())
        assert path.read_bytes().startswith(b"\x89PNG")
        path.unlink()
    plt.close(figure)


def test_other_values_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    display("hello", None, 3)
    assert capsys.readouterr().out == "hello\n3\n"


def test_html_in_a_terminal_is_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    display_html("<h1>Hi &amp; you</h1><style>b {}</style><p>a<br>b</p><script>x()</script>")
    assert capsys.readouterr().out == "Hi & you\na\nb\n"


@given(st.text())
def test_html_texts_never_fail(text: str) -> None:
    text_of_html(text)
    assert len(cell_text(text, 10)) <= 10
    assert "\n" not in cell_text(text)
