"""`--engine auto`: spark where a file or what it includes streams, else sail."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.engines.choice import check_engine, engine_for
from brickyard.notebook.source import HEADER, read_source

STREAM = "df = spark.readStream.table('t')"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def notebook(*cells: str) -> str:
    return "\n\n# COMMAND ----------\n\n".join([f"{HEADER}\n", *cells])


def magic(line: str) -> str:
    return f"# MAGIC {line}"


def book(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        (STREAM, "spark"),
        ("frame.writeStream.start()", "spark"),
        ("# spark.readStream\nprint('readStream')", "sail"),
        ("spark.table('t')", "sail"),
        ("spark.readStream (", "sail"),
        ("", "sail"),
    ],
)
def test_scripts(tmp_path: Path, text: str, engine: str) -> None:
    assert engine_for(read_source(write(tmp_path, "s.py", text)), None) == engine


@pytest.mark.parametrize(
    ("cells", "engine"),
    [
        (["a = 1", STREAM], "spark"),
        (["a = 1", "# readStream"], "sail"),
        (["!ls\nprint(spark.readStream)"], "spark"),
        (["%time df = spark.readStream.load('x')"], "spark"),
        (["df = %time spark.readStream.load('x')"], "spark"),
        (["!ls\nprint(1)"], "sail"),
        (["%md readStream"], "sail"),
        (["%sql select 'readStream'"], "sail"),
    ],
)
def test_notebooks_of_both_formats(tmp_path: Path, cells: list[str], engine: str) -> None:
    assert engine_for(read_source(write(tmp_path, "n.ipynb", book(*cells))), None) == engine
    source = [cell if "%" not in cell else "\n".join(map(magic, cell.split("\n"))) for cell in cells]
    assert engine_for(read_source(write(tmp_path, "n.py", notebook(*source))), None) == engine


def test_what_is_included_counts_as_the_run_finds_it(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    write(workspace, "Shared/streams.py", notebook(STREAM))
    write(workspace, "Shared/by way.ipynb", book("%run ./streams"))
    write(tmp_path, "notes/lib/streams.ipynb", book(STREAM))
    for line, engine in (
        ("%run ./lib/streams", "spark"),
        ('%run ./lib/streams $table="t"', "spark"),
        ("%run /Shared/streams", "spark"),
        ("%run /Workspace/Shared/streams", "spark"),
        ('%run "/Shared/by way"', "spark"),
        ("%run ./nowhere", "sail"),
        ("%run ./lib/streams words", "sail"),  # refused when it is run
        ("%run ../outside", "sail"),
    ):
        path = write(tmp_path, "notes/main.py", notebook(magic(line)))
        assert engine_for(read_source(path), workspace) == engine, line
    script = write(tmp_path, "notes/plain.py", "%run ./lib/streams")
    assert engine_for(read_source(script), workspace) == "sail"


def test_notebooks_that_include_one_another(tmp_path: Path) -> None:
    write(tmp_path, "a.py", notebook(magic("%run ./b")))
    write(tmp_path, "b.py", notebook(magic("%run ./a")))
    assert engine_for(read_source(tmp_path / "a.py"), None) == "sail"
    write(tmp_path, "b.py", notebook(magic("%run ./a"), STREAM))
    assert engine_for(read_source(tmp_path / "a.py"), None) == "spark"


@given(st.lists(st.sampled_from(["a = 1", "%md readStream", "!ls", STREAM, "%sql select 1"]), max_size=6))
def test_one_cell_that_streams_is_enough(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    path = write(tmp_path_factory.mktemp("c"), "n.ipynb", book(*cells))
    assert engine_for(read_source(path), None) == ("spark" if STREAM in cells else "sail")


@pytest.mark.parametrize(
    "name", ["auto", "sail", "spark", "sc://host", "sc://host:15002", "sc://127.0.0.1:1/;token=a", "sc://[::1]:15002"]
)
def test_engines(name: str) -> None:
    check_engine(name)


@pytest.mark.parametrize("name", ["", "Spark", "spark ", "sc://", "sc:///", "sc://:15002", "http://host", "local[2]"])
def test_what_is_no_engine(name: str) -> None:
    with pytest.raises(InvalidParameterValue, match="take auto, sail, spark, or the address"):
        check_engine(name)
