"""Whole files in whole processes."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from brickyard.notebook.context import Notebook
from tests.notebook.conftest import RunFile


def test_it_is_main_with_its_own_arguments(run_file: RunFile, tmp_path: Path) -> None:
    done = run_file(
        "import sys, json\nassert __name__ == '__main__' and __spec__ is None\n"
        "imported = [n for n in ('pyspark', 'mlflow', 'databricks') if n in sys.modules]\n"
        "print(json.dumps([sys.argv, __file__, sys.path[0], imported]))\n",
        "--flag",
        "a b",
    )
    assert done.returncode == 0, done.stderr
    argv, file, folder, imported = json.loads(done.stdout)
    assert argv == ["script.py", "--flag", "a b"]
    assert file == str(tmp_path / "script.py")
    assert folder == str(tmp_path.resolve())
    assert imported == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("raise SystemExit(7)", 7),
        ("raise SystemExit('told')", 1),
        ("raise SystemExit", 0),
        ("raise ValueError('x')", 1),
        ("raise KeyboardInterrupt", 130),
        ("import os; os._exit(9)", 9),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)\nimport time; time.sleep(20)", 143),
        ("def broken(:", 1),
        ("dbutils.notebook.exit('done')\nraise RuntimeError", 0),
    ],
)
def test_exit_codes(run_file: RunFile, text: str, code: int) -> None:
    assert run_file(text).returncode == code


def test_traceback_is_the_scripts_own(run_file: RunFile, tmp_path: Path) -> None:
    done = run_file("def f():\n    raise ValueError('a plain failure')\nf()\n")
    assert done.stderr.startswith("Traceback (most recent call last):\n")
    assert f'File "{tmp_path / "script.py"}", line 2, in f' in done.stderr
    assert done.stderr.endswith("ValueError: a plain failure\n")
    assert "brickyard/notebook" not in done.stderr


def test_jupyter_traceback_names_the_cell(run_file: RunFile) -> None:
    book = json.dumps(
        {"cells": [{"cell_type": "code", "source": "a = 1"}, {"cell_type": "code", "source": ["b = a\n", "1/0"]}]}
    )
    done = run_file(book, name="book.ipynb")
    assert done.returncode == 1
    assert 'book.ipynb, cell 2", line 2' in done.stderr
    assert "1/0" in done.stderr


def test_missing_file_is_named(run_file: RunFile, tmp_path: Path) -> None:
    done = run_file(
        "import subprocess, sys\nsys.exit(subprocess.call([sys.executable, '-m', 'brickyard.notebook', 'gone.py']))"
    )
    assert done.returncode == 2
    assert "gone.py" in done.stderr


def test_without_a_server_it_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "brickyard.notebook", "x.py"], cwd=tmp_path, env={}, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "brickyard run" in done.stderr


def test_classes_of_the_script_pickle_and_spawn(run_file: RunFile) -> None:
    done = run_file(
        "import pickle, multiprocessing\nclass A: pass\ndef double(x): return 2 * x\n"
        "assert isinstance(pickle.loads(pickle.dumps(A())), A)\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n        print(pool.map(double, [1, 2]))\n"
    )
    assert (done.returncode, done.stdout) == (0, "[2, 4]\n"), done.stderr


def test_outcome_is_told_to_who_asked(run_file: RunFile, tmp_path: Path) -> None:
    result = tmp_path / "outcome.json"
    run_file("dbutils.notebook.exit('v')", notebook=Notebook(path="", result=str(result)))
    assert json.loads(result.read_text()) == {"exit": "v"}
    done = run_file("1/0", notebook=Notebook(path="", result=str(result)))
    assert "ZeroDivisionError" in json.loads(result.read_text())["error"]
    assert done.stderr == ""


def test_the_runtime_import_gives_the_same_objects(run_file: RunFile) -> None:
    done = run_file(
        "from databricks.sdk import runtime\nfrom databricks.sdk import WorkspaceClient\n"
        "mine = dbutils\nfrom databricks.sdk.runtime import *\n"
        "assert dbutils is mine and runtime.dbutils is mine and WorkspaceClient().dbutils is mine\n"
        "assert runtime.is_local_implementation is False\n"
        "import sys; assert 'pyspark' not in sys.modules\n"
        "for name in ('display', 'displayHTML', 'dbutils', 'table', 'sql', 'udf', 'getArgument', 'sc', 'sqlContext'):\n"
        "    assert name in globals(), name\n"
    )
    assert done.returncode == 0, done.stderr


def test_parameters_are_widgets(run_file: RunFile) -> None:
    done = run_file(
        "dbutils.widgets.text('n', '1')\ndbutils.widgets.text('m', '2')\n"
        "print(dbutils.widgets.getAll(), getArgument('n'))",
        notebook=Notebook(path="", parameters={"n": "10"}),
    )
    assert done.stdout == "{'n': '10', 'm': '2'} 10\n"


def test_terminated_scripts_clean_up(tmp_path: Path, run_file: RunFile) -> None:
    done = run_file(
        "import subprocess, sys, time, signal, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-P', '-m', 'brickyard.notebook', 'inner.py'])\n"
        "while not pathlib.Path('ready').exists(): time.sleep(0.02)\n"
        "child.send_signal(signal.SIGTERM)\nprint(child.wait(20))\n"
        if (tmp_path / "inner.py").write_text(
            "import time, pathlib\ntry:\n    pathlib.Path('ready').touch()\n    time.sleep(60)\n"
            "finally:\n    pathlib.Path('cleaned').touch()\n"
        )
        else ""
    )
    assert done.stdout == f"{128 + signal.SIGTERM}\n", done.stderr
    assert (tmp_path / "cleaned").exists()


def test_a_script_without_spark_starts_quickly(run_file: RunFile) -> None:
    run_file("pass")
    before = time.monotonic()
    run_file("pass")
    assert time.monotonic() - before < 1.5
