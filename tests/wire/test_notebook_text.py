"""Notebooks from source to Jupyter and back."""

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue
from brickyard.wire.notebook_text import (
    SUFFIXES,
    Cell,
    Language,
    NotebookText,
    is_source,
    read_jupyter,
    read_source,
    write_jupyter,
    write_source,
)

SOURCE = """# Databricks notebook source
# MAGIC %md # A title
# MAGIC
# MAGIC and text

# COMMAND ----------

# DBTITLE 1,Load
x = 1


y = 2

# COMMAND ----------

# MAGIC %sql
# MAGIC select 'ü'
"""


def test_source_to_jupyter_and_back_is_the_same_text() -> None:
    notebook = read_source(SOURCE, "PYTHON")
    assert [cell.text.split("\n")[0] for cell in notebook.cells] == ["%md # A title", "x = 1", "%sql"]
    assert notebook.cells[1].title == "Load"
    data = write_jupyter(notebook, "a")
    assert write_source(read_jupyter(data)) == SOURCE
    nbformat.validate(nbformat.reads(data.decode(), as_version=4))  # type: ignore[no-untyped-call]  # it has no types


def test_markdown_cells_have_no_magic_in_jupyter() -> None:
    cells = json.loads(write_jupyter(read_source(SOURCE, "PYTHON"), "a"))["cells"]
    assert (cells[0]["cell_type"], "".join(cells[0]["source"])) == ("markdown", "# A title\n\nand text")
    assert (cells[2]["cell_type"], "".join(cells[2]["source"])) == ("code", "%sql\nselect 'ü'")


def test_a_source_without_header_is_one_cell() -> None:
    assert read_source("\nselect 1\n", "SQL").cells == (Cell(text="select 1"),)
    assert read_source("", "SQL").cells == ()


def test_a_magic_marks_the_whole_cell_so_that_its_comments_stay() -> None:
    notebook = NotebookText(language="PYTHON", cells=(Cell(text="# look\n!ls\nx = 1"),))
    assert write_source(notebook).count("# MAGIC") == 3
    assert read_source(write_source(notebook), "PYTHON") == notebook


@pytest.mark.parametrize("language", ["SQL", "SCALA", "R"])
def test_each_language_has_its_comments(language: Language) -> None:
    notebook = NotebookText(language=language, cells=(Cell(text="a"), Cell(text="%md\n# b"), Cell(text="%python\n1")))
    source = write_source(notebook)
    assert is_source(source, language)
    assert read_source(source, language) == notebook
    assert read_jupyter(write_jupyter(notebook, "n")) == notebook


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no",
        b"[]",
        b'{"cells": 1}',
        b'{"cells": [1]}',
        b'{"cells": [{"cell_type": "code", "source": [1]}]}',
        b"\xff",
    ],
)
def test_what_is_no_jupyter_notebook_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidParameterValue, match="Jupyter"):
        read_jupyter(data)


def _is_plain(text: str) -> bool:
    """Lines that are the format's own marks mean those, wherever they stand."""
    lines = text.split("\n")
    marks = ("# COMMAND --", "-- COMMAND --", "// COMMAND --", "# MAGIC", "-- MAGIC", "// MAGIC")
    return bool(lines[0].strip() and lines[-1].strip()) and not any(
        line.startswith(marks) or "DBTITLE" in line for line in lines
    )


_LINES = st.text(st.characters(exclude_characters="\r\ufeff", exclude_categories=["Cs"]), max_size=20)
_TEXTS = (
    st.lists(st.one_of(_LINES, st.sampled_from(["%md", "%sql", "!ls", "# x", "-- x", " "])), min_size=1, max_size=6)
    .map("\n".join)
    .filter(_is_plain)
)
_CELLS = st.builds(
    Cell,
    text=_TEXTS,
    title=st.none() | st.text(st.characters(categories=("L", "N")), min_size=1, max_size=10),
)
_NOTEBOOKS = st.builds(NotebookText, language=st.sampled_from(list(SUFFIXES)), cells=st.lists(_CELLS).map(tuple))


@given(_NOTEBOOKS)
def test_any_notebook_survives_its_source(notebook: NotebookText) -> None:
    assert read_source(write_source(notebook), notebook.language) == notebook


@given(_NOTEBOOKS)
def test_any_notebook_survives_jupyter(notebook: NotebookText) -> None:
    assert write_source(read_jupyter(write_jupyter(notebook, "n"))) == write_source(notebook)


@given(st.text())
def test_any_text_is_a_notebook_whose_source_is_stable(text: str) -> None:
    once = write_source(read_source(text, "PYTHON"))
    assert write_source(read_source(once, "PYTHON")) == once


_KEYS = st.sampled_from(["cells", "cell_type", "source", "metadata", "language_info", "name"])
_DOCUMENTS = st.recursive(
    st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner)
).map(lambda value: json.dumps(value).encode())


@given(st.binary() | _DOCUMENTS)
def test_any_bytes_are_a_notebook_or_refused(data: bytes) -> None:
    try:
        notebook = read_jupyter(data)
    except InvalidParameterValue:
        return
    assert write_source(notebook).startswith("#")
