"""Whole runs whose outputs are kept: the files that they leave, whatever the end."""

import json
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest

from brickyard.notebook.context import Notebook
from tests.notebook.conftest import RunFile

HEADER = "# Databricks notebook source\n"
NEXT = "\n# COMMAND ----------\n"


class Kept:
    """The files of one run."""

    def __init__(self, folder: Path, done: "subprocess.CompletedProcess[str]") -> None:
        self.done = done
        self.document: Any = nbformat.read(folder / "out.ipynb", as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(self.document)
        self.html = (folder / "out.html").read_text("utf-8")

    def texts(self) -> list[str]:
        """What each code cell wrote and showed, as text."""
        return [
            "".join(o.get("text") or o.get("data", {}).get("text/plain") or f"!{o['ename']}" for o in cell["outputs"])
            for cell in self.document["cells"]
            if cell["cell_type"] == "code"
        ]

    def cell(self, number: int) -> Any:
        return self.document["cells"][number]


class Tags(HTMLParser):
    """What a page loads from elsewhere, and whether each tag that is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value for name, value in attrs if name in {"src", "data"} and value and value[:5] != "data:"]
        self.loads += [dict(attrs)["href"] or "" for _ in [0] if tag == "link"]
        if tag in {"div", "table", "script", "style", "main", "body", "pre"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()


@pytest.fixture
def keep(run_file: RunFile, tmp_path: Path) -> Any:
    def run(text: str, *, name: str = "n.py", **more: Any) -> Kept:
        outputs = [str(tmp_path / "out.ipynb"), str(tmp_path / "out.html")]
        return Kept(tmp_path, run_file(text, name=name, notebook=Notebook(path="", outputs=outputs, **more)))

    return run


def test_each_cell_has_its_outputs(keep: Any) -> None:
    cells = [
        "# MAGIC %md\n# MAGIC # A *title*",
        "print('printed')\nimport sys; print('warned', file=sys.stderr)\n40 + 2",
        "display({'a': [1, 2]})",
        "# MAGIC %sh\n# MAGIC echo from a child",
        "_ = 5;",
    ]
    kept = keep(HEADER + NEXT.join(cells))
    assert kept.done.returncode == 0, kept.done.stderr
    assert kept.done.stdout.startswith("printed\n42\n")
    assert kept.done.stderr == "warned\n"
    assert (kept.cell(0)["cell_type"], kept.cell(0)["source"]) == ("markdown", "# A *title*")
    assert [o["output_type"] for o in kept.cell(1)["outputs"]] == ["stream", "stream", "execute_result"]
    assert "<table" in kept.cell(2)["outputs"][0]["data"]["text/html"]
    assert kept.texts()[2:] == ["from a child\n", ""]
    assert [c["execution_count"] for c in kept.document["cells"][1:]] == [1, 2, 3, 4]


def test_the_page_needs_nothing_else(keep: Any) -> None:
    text = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\ndisplay([(1, '<script>alert(1)</script>')])"
    kept = keep(HEADER + "# MAGIC %md\n# MAGIC Some $x^2$" + NEXT + text)
    tags = Tags()
    tags.feed(kept.html)
    assert (tags.loads, tags.open) == ([], [])
    assert "alert(1)</script>" not in kept.html
    assert "data:image/png;base64," in kept.html
    assert "<title>n.py</title>" in kept.html


def test_a_failing_cell_keeps_what_was_there(keep: Any, tmp_path: Path) -> None:
    kept = keep(
        HEADER + NEXT.join(["print('first')", "\ndef f():\n    raise KeyError('k')\nprint('on')\nf()", "x = 1"])
    )
    assert kept.done.returncode == 1
    assert kept.texts() == ["first\n", "on\n!KeyError", ""]
    error = kept.cell(1)["outputs"][-1]
    shown = "\n".join(error["traceback"])
    assert f'File "{tmp_path / "n.py"}", line 6, in f' in shown
    assert f'File "{tmp_path / "n.py"}", line 6, in f' in kept.done.stderr
    assert "/brickyard/notebook/" not in shown + kept.done.stderr
    assert "IPython" not in shown + kept.done.stderr
    assert kept.cell(2)["execution_count"] is None
    assert "KeyError" in kept.html


def test_a_cell_that_python_cannot_parse_names_its_line(keep: Any, tmp_path: Path) -> None:
    kept = keep(HEADER + NEXT.join(["a = 1", "b = 2\ndef broken(:\n"]))
    assert kept.done.returncode == 1
    assert f'File "{tmp_path / "n.py"}", line 5' in kept.done.stderr
    assert kept.texts()[1] == "!SyntaxError"


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("dbutils.notebook.exit('the value')", 0, "before\nNotebook exited: the value\n"),
        ("import sys; sys.exit(7)", 7, "before\n!SystemExit"),
        ("exit()", 0, "before\n"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGTERM); import time; time.sleep(9)",
            143,
            "before\n!SystemExit",
        ),
    ],
)
def test_other_ends_keep_their_outputs(keep: Any, text: str, code: int, shown: str) -> None:
    kept = keep(HEADER + f"print('before')\n{text}" + NEXT + "print('never')")
    assert kept.done.returncode == code, kept.done.stderr
    assert kept.texts() == [shown, ""]


def test_jupyter_files_stay_as_they_are_but_for_outputs(keep: Any, tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {"tags": ["t"]}, "source": ["# A\n", "b"], "id": "m1"},
        {"cell_type": "raw", "metadata": {}, "source": "raw", "id": "r1"},
        {
            "cell_type": "code",
            "metadata": {"tags": ["x"]},
            "source": ["a = 20\n", "a + 1"],
            "id": "c1",
            "execution_count": 9,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}],
        },
        {"cell_type": "code", "metadata": {}, "source": "1/0", "id": "c2", "execution_count": None, "outputs": []},
    ]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"mine": 1}, "cells": cells}
    kept = keep(json.dumps(book), name="n.ipynb")
    assert [c["id"] for c in kept.document["cells"]] == ["m1", "r1", "c1", "c2"]
    assert kept.document["metadata"]["mine"] == 1
    assert kept.cell(2)["metadata"]["tags"] == ["x"]
    assert kept.texts() == ["21", "!ZeroDivisionError"]
    assert "n.ipynb, cell 4" in kept.done.stderr
    assert json.loads((tmp_path / "n.ipynb").read_text()) == book


def test_scripts_are_one_cell(keep: Any, tmp_path: Path) -> None:
    kept = keep("import sys\nprint('x')\n'not shown'\nassert 'IPython' not in sys.modules\n1/0\n", name="s.py")
    assert kept.texts() == ["x\n!ZeroDivisionError"]
    assert f'File "{tmp_path / "s.py"}", line 5' in kept.done.stderr


def test_the_rest_runs_in_a_fresh_process(keep: Any) -> None:
    cells = [
        "import os; x = 1; print('one', flush=True); dbutils.widgets.text('w', 'default'); first = os.getpid()",
        "print('two'); dbutils.library.restartPython(); print('never')",
        "import os\nprint('x' in globals(), dbutils.widgets.get('w'), dbutils.widgets.get('p'))",
    ]
    kept = keep(HEADER + NEXT.join(cells), parameters={"p": "given"})
    assert kept.done.returncode == 0, kept.done.stderr
    assert kept.done.stdout == "one\ntwo\nFalse default given\n"
    assert kept.texts() == ["one\n", "two\n", "False default given\n"]


def test_a_restart_in_an_included_notebook_goes_on_behind_it(keep: Any, tmp_path: Path) -> None:
    (tmp_path / "lib.py").write_text(HEADER + NEXT.join(["print('a')", "dbutils.library.restartPython()", "value = 5"]))
    kept = keep(HEADER + NEXT.join(["print('start')", "# MAGIC %run ./lib", "print(value)"]))
    assert kept.done.returncode == 0, kept.done.stderr
    assert kept.texts() == ["start\n", "a\n", "5\n"]


def test_a_killed_run_leaves_what_it_had_shown(run_file: RunFile, tmp_path: Path) -> None:
    text = HEADER + NEXT.join(["print('one')", "import os; os.kill(os.getpid(), 9)", "print('never')"])
    done = run_file(text, name="n.py", notebook=Notebook(path="", outputs=[str(tmp_path / "out.ipynb")]))
    assert done.returncode == -9
    document: Any = nbformat.read(tmp_path / "out.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    assert [o["text"] for cell in document["cells"] for o in cell["outputs"]] == ["one\n"]
