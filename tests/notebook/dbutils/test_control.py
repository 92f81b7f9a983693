import time
from pathlib import Path

import pytest

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.context import Notebook
from brickyard.notebook.dbutils.control import NotebookExit
from tests.notebook.conftest import RunFile

CALLER = """
import sys
try:
    print(repr(dbutils.notebook.run({path!r}, {timeout}, {arguments})))
except Exception as error:
    print(type(error).__name__, error)
"""


def call(run_file: RunFile, path: str, timeout: float = 60, arguments: dict[str, object] | None = None) -> str:
    done = run_file(CALLER.format(path=path, timeout=timeout, arguments=arguments))
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


@pytest.mark.parametrize("name", ["child", "child.py", "./child", "./child.py"])
def test_value_and_arguments(run_file: RunFile, tmp_path: Path, name: str) -> None:
    (tmp_path / "child.py").write_text(
        "# Databricks notebook source\ndbutils.widgets.text('n', '1')\n# COMMAND ----------\n"
        "dbutils.notebook.exit(int(dbutils.widgets.get('n')) + 1)\nraise RuntimeError('exit() did not end it')\n"
    )
    assert call(run_file, name, arguments={"n": 10}) == "'11'\n"


def test_without_exit_the_value_is_empty(run_file: RunFile, tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text("print('from the child', flush=True)\n")
    assert call(run_file, str(tmp_path / "child")) == "from the child\n''\n"


def test_failure_has_the_childs_traceback(run_file: RunFile, tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text("def f():\n    raise ValueError('the data is broken')\nf()\n")
    said = call(run_file, "child")
    assert said.startswith("NotebookFailed FAILED: child")
    assert f'File "{tmp_path / "child.py"}", line 2, in f' in said
    assert "ValueError: the data is broken" in said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import os; os._exit(4)", "ended with 4"),
        ("import os; os.kill(os.getpid(), 9)", "signal 9"),
        ("def broken(:", "SyntaxError"),
    ],
)
def test_other_ways_to_fail(run_file: RunFile, tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "child.py").write_text(text)
    said = call(run_file, "child")
    assert said.startswith("NotebookFailed FAILED")
    assert reason in said


def test_timeout_ends_the_child(run_file: RunFile, tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(
        "import time, pathlib, os\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)\n"
    )
    before = time.monotonic()
    said = call(run_file, "child", timeout=1.5)
    assert said.startswith("NotebookFailed TIMEDOUT")
    assert time.monotonic() - before < 15
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text()}").exists()


def test_missing_notebook(run_file: RunFile) -> None:
    assert call(run_file, "./nowhere").startswith("FileNotFoundError Unable to find notebook './nowhere'")


def test_negative_timeout(run_file: RunFile) -> None:
    assert call(run_file, "x", timeout=-1).startswith(InvalidParameterValue.__name__)


def test_notebooks_run_notebooks(run_file: RunFile, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_text("dbutils.notebook.exit(dbutils.notebook.run('b', 30, {'x': 'y'}) + '!')")
    (tmp_path / "sub" / "b.ipynb").write_text(
        '{"cells": [{"cell_type": "code", "source": "dbutils.notebook.exit(dbutils.widgets.get(\'x\'))"}]}'
    )
    assert call(run_file, "sub/a") == "'y!'\n"


def test_exit_passes_handlers_of_exceptions(run_file: RunFile) -> None:
    done = run_file("try:\n    dbutils.notebook.exit('v')\nexcept Exception:\n    print('caught')\n")
    assert done.stdout == "Notebook exited: v\n"
    assert issubclass(NotebookExit, BaseException)


def test_the_engine_is_inherited(run_file: RunFile, tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(
        "import json, os\ndbutils.notebook.exit(json.loads(os.environ['BRICKYARD_NOTEBOOK'])['engine'])"
    )
    done = run_file("print(dbutils.notebook.run('child', 30))", notebook=Notebook(path="", engine="sail"))
    assert done.stdout == "sail\n"
