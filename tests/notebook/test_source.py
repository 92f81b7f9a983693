import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue, NotImplementedHere
from brickyard.notebook.source import Source, mentions_spark, read_source

DATABRICKS = """# Databricks notebook source
# MAGIC %md
# MAGIC # A title

# COMMAND ----------

a = 1  # line 7

# COMMAND ----------

# DBTITLE 1,A query
# MAGIC %sql
# MAGIC select 1;
# MAGIC select 2

# COMMAND ----------

# MAGIC %run ./other

# COMMAND ----------

# MAGIC %python
# MAGIC b = 2
"""


def read(folder: Path, text: str, name: str = "file.py") -> Source:
    path = folder / name
    path.write_text(text, "utf-8")
    return read_source(path)


def jupyter(*cells: tuple[str, str]) -> str:
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": kind, "source": text} for kind, text in cells]})


def test_plain_file_is_one_cell(tmp_path: Path) -> None:
    source = read(tmp_path, "# COMMAND ----------\nx = 1\n")
    assert source.kind == "script"
    assert [(c.language, c.line) for c in source.cells] == [("python", 1)]


def test_databricks_cells_know_their_lines(tmp_path: Path) -> None:
    source = read(tmp_path, DATABRICKS)
    assert source.kind == "notebook"
    assert [c.language for c in source.cells] == ["md", "python", "sql", "python", "python"]
    python = source.cells[1]
    assert python.text.split("\n")[7 - python.line] == "a = 1  # line 7"
    assert source.cells[2].text == "\nselect 1;\nselect 2"
    assert source.cells[3].text == "%run ./other"
    assert (source.cells[4].text, source.cells[4].line) == ("b = 2", 23)
    assert [c.index for c in source.cells] == [0, 1, 2, 3, 4]
    assert source.cells[2].raw == "%sql\nselect 1;\nselect 2"


@given(st.lists(st.sampled_from(["x = 1", "", "# note", "  ", "print('# COMMAND')"]), max_size=12), st.data())
def test_every_line_of_code_keeps_its_number(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], data: st.DataObject
) -> None:
    mixed = [
        line for code in lines for line in ([code, "# COMMAND ----------"] if data.draw(st.booleans()) else [code])
    ]
    text = "\n".join(["# Databricks notebook source", *mixed])
    source = read(tmp_path_factory.mktemp("s"), text)
    all_lines = text.split("\n")
    found = [
        (cell.line + i, line)
        for cell in source.cells
        for i, line in enumerate(cell.text.split("\n"))
        if "x = 1" in line
    ]
    assert found == [(i, line) for i, line in enumerate(all_lines, 1) if line == "x = 1"]


@pytest.mark.parametrize("word", ["%scala", "%r", "%%scala"])
def test_unsupported_cells_are_named_before_anything_runs(tmp_path: Path, word: str) -> None:
    with pytest.raises(NotImplementedHere, match=r"line 4: cells of %(scala|r) "):
        read(tmp_path, f"# Databricks notebook source\nx = 1\n# COMMAND ----------\n# MAGIC {word} ls\n")


def test_jupyter_code_cells(tmp_path: Path) -> None:
    text = jupyter(
        ("markdown", "# A"),
        ("code", "%matplotlib inline\nn = 1"),
        ("code", " "),
        ("code", "%sql select 1"),
        ("code", "m"),
    )
    source = read(tmp_path, text, "book.ipynb")
    assert source.kind == "ipynb"
    assert [(c.language, c.text) for c in source.cells] == [
        ("python", "%matplotlib inline\nn = 1"),
        ("sql", "select 1"),
        ("python", "m"),
    ]
    assert source.cells[0].name.endswith("book.ipynb, cell 2")
    assert [c.index for c in source.cells] == [1, 3, 4]


@pytest.mark.parametrize("line", ["!ls", "%pip install x", "%%timeit", "%fs ls /", "%%sh", "%shell", "%sqlx"])
def test_ipythons_words_stay_in_python_cells(tmp_path: Path, line: str) -> None:
    (cell,) = read(tmp_path, jupyter(("code", f"\n{line}\nx = 1")), "book.ipynb").cells
    assert (cell.language, cell.text, cell.line) == ("python", f"{line}\nx = 1", 2)


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)
PYTHON = st.lists(LINES, min_size=1, max_size=5).filter(
    lambda lines: (
        any(line.strip() for line in lines)
        and not next(line for line in lines if line.strip()).startswith("%")
        and not any(line.startswith(("# MAGIC", "# COMMAND")) for line in lines)
        and any(line.strip() and not line.startswith("#") for line in lines)
    )
)
MARKED = st.tuples(st.sampled_from(["sql", "sh", "md"]), st.lists(LINES, min_size=1, max_size=5))


@given(st.lists(st.one_of(PYTHON, MARKED), min_size=1, max_size=5))
def test_exported_cells_come_back(
    tmp_path_factory: pytest.TempPathFactory, cells: "list[list[str] | tuple[str, list[str]]]"
) -> None:
    """Cells written as Databricks writes them are read as they were; a cell's text, its language and its line."""
    blocks = [
        "\n".join(cell if isinstance(cell, list) else [f"# MAGIC %{cell[0]}", *(f"# MAGIC {line}" for line in cell[1])])
        for cell in cells
    ]
    text = "# Databricks notebook source\n" + "\n# COMMAND ----------\n".join(blocks)
    found = read(tmp_path_factory.mktemp("s"), text).cells
    assert len(found) == len(cells)
    for cell, given_cell in zip(found, cells, strict=True):
        if isinstance(given_cell, tuple):
            assert (cell.language, cell.text) == (given_cell[0], "\n".join(["", *given_cell[1]]))
        else:
            first = next(i for i, line in enumerate(given_cell) if line.strip())
            assert (cell.language, cell.text) == ("python", "\n".join(given_cell[first:]))
            assert text.split("\n")[cell.line - 1] == given_cell[first]


@given(st.lists(PYTHON, min_size=1, max_size=4))
def test_jupyter_cells_come_back(tmp_path_factory: pytest.TempPathFactory, cells: list[list[str]]) -> None:
    book = jupyter(*(("code", "\n".join(lines)) for lines in cells))
    found = read(tmp_path_factory.mktemp("s"), book, "b.ipynb").cells
    assert [cell.text.split("\n") for cell in found] == [
        lines[next(i for i, line in enumerate(lines) if line.strip()) :] for lines in cells
    ]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"cells": [1]}'])
def test_broken_notebook(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="not a Jupyter notebook"):
        read(tmp_path, text, "book.ipynb")


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_bytes(b"a = '\xff'")
    with pytest.raises(InvalidParameterValue, match="not UTF-8"):
        read_source(tmp_path / "x.py")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import mlflow\nmlflow.start_run()", False),
        ("# spark\n'spark'", False),
        ("spark.table('a')", True),
        ("from pyspark.sql import functions", True),
        ("mlflow.pyfunc.spark_udf(1)", True),
        ("mlflow.data.load_delta(table_name='t')", True),
        ("def f(spark): ...", True),
        ("def (", False),
    ],
)
def test_mentions_spark(tmp_path: Path, text: str, expected: bool) -> None:
    assert mentions_spark(read(tmp_path, text)) is expected


def test_sql_cells_need_spark(tmp_path: Path) -> None:
    assert mentions_spark(read(tmp_path, "# Databricks notebook source\n# MAGIC %sql select 1\n"))
