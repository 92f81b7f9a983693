"""Notebooks in the process of `brickyard run`: IPython's syntax, Databricks' words, plain Python's errors and exits."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.inclusion import run_arguments
from tests.notebook.conftest import RunFile

HEADER = "# Databricks notebook source\n"
NEXT = "\n# COMMAND ----------\n"


def notebook(*cells: str) -> str:
    return HEADER + NEXT.join(cells)


def test_cells_share_one_namespace_and_show_their_last_value(run_file: RunFile) -> None:
    done = run_file(notebook("a = 1\na + 1", "None", "a + 2;", "a + 3"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n4\n", "")


def test_it_is_main(run_file: RunFile) -> None:
    text = "import pickle, sys\nclass A: pass\nassert isinstance(pickle.loads(pickle.dumps(A())), A), __name__"
    done = run_file(notebook(text, "print(sys.argv[1:], __file__[-9:])"), "--flag")
    assert done.stdout == "['--flag'] script.py\n", done.stderr


def test_future_imports_hold_for_later_cells(run_file: RunFile) -> None:
    done = run_file(
        notebook("from __future__ import annotations", "def f(x: Missing): ...", "print(f.__annotations__)")
    )
    assert done.stdout == "{'x': 'Missing'}\n", done.stderr


def test_awaiting_and_ipythons_words(run_file: RunFile) -> None:
    done = run_file(notebook("import asyncio\nawait asyncio.sleep(0, 'slept')", "!echo shell", "x = %pwd\nprint(x)"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["'slept'", "shell"]
    assert done.stdout.splitlines()[2].startswith("/")


@pytest.mark.parametrize(("text", "code"), [("exit(7)", 7), ("import sys; sys.exit('why')", 1), ("1/0", 1)])
def test_exit_codes(run_file: RunFile, text: str, code: int) -> None:
    done = run_file(notebook("print('on')", text, "print('never')"))
    assert (done.returncode, done.stdout) == (code, "on\n")


def test_no_history_and_no_folder_of_ipython_is_left(run_file: RunFile, tmp_path: Path) -> None:
    (tmp_path / "me").mkdir()
    assert run_file(notebook("a = 1"), HOME=str(tmp_path / "me")).returncode == 0
    assert list((tmp_path / "me").iterdir()) == []


def test_run_includes_another_notebook(run_file: RunFile, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "other.py").write_text(
        notebook("dbutils.widgets.text('n', '1')\nvalue = int(dbutils.widgets.get('n'))", "# MAGIC %run ./deeper")
    )
    (tmp_path / "lib" / "deeper.py").write_text(notebook("deep = value + 1"))
    done = run_file(
        notebook('# MAGIC %run ./lib/other $n="7"', "print(value, deep, dbutils.widgets.getAll())"), name="n.py"
    )
    assert done.stdout == "7 8 {'n': '1'}\n", done.stderr


def test_an_included_notebooks_error_names_its_line(run_file: RunFile, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(notebook("a = 1", "\ndef f():\n    raise KeyError('k')\nf()"))
    done = run_file(notebook("print('on')", "# MAGIC %run ./other"))
    assert done.returncode == 1
    assert f'File "{tmp_path / "other.py"}", line 6, in f' in done.stderr
    assert "brickyard/notebook" not in done.stderr


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("# MAGIC %run ./n", "runs itself"),
        ("# MAGIC %run ./nowhere", "Unable to find notebook './nowhere'"),
        ("# MAGIC %run", "needs the path"),
        ("# MAGIC %run ./n n=7", "is no argument"),
        ("# MAGIC %fs nope", "no command 'nope'"),
        ("# MAGIC %sh -e\n# MAGIC false", "exit status 1"),
        ("# MAGIC %pip", "needs a command"),
        ("# MAGIC %sql select * from main.default.no_such_table", "no_such_table"),
        ("%nope 1", "Line magic function `%nope` not found"),
    ],
)
def test_words_that_fail_end_the_run_and_say_why(run_file: RunFile, cell: str, message: str) -> None:
    done = run_file(notebook("print('on', flush=True)", cell, "print('never')"), name="n.py")
    assert done.returncode == 1
    assert message in done.stderr
    assert done.stdout.splitlines() == ["on"]


def test_sql_cells_show_rows_and_take_widgets(run_file: RunFile) -> None:
    cells = [
        "dbutils.widgets.text('low', '40')",
        "# MAGIC %sql\n# MAGIC create or replace temp view v as select 1 as one;\n"
        "# MAGIC select one + int(:low) as x from v",
        "print(_sqldf.collect()[0].x)",
    ]
    done = run_file(notebook(*cells))
    assert done.returncode == 0, done.stderr
    assert "41" in done.stdout.split("1 row")[0]
    assert done.stdout.splitlines()[-1] == "41"


def test_shell_cells_run_here_and_tell_their_status(run_file: RunFile, tmp_path: Path) -> None:
    done = run_file(notebook("# MAGIC %sh\n# MAGIC pwd\n# MAGIC exit 3", "print(_exit_code)"))
    assert done.stdout == f"{tmp_path}\n3\n"
    assert "exit status 3" in done.stderr


def test_files_by_fs(run_file: RunFile) -> None:
    done = run_file(notebook("%fs put /cells/a.txt 'some text'", "%fs head /cells/a.txt", "# MAGIC %fs ls /cells"))
    assert done.returncode == 0, done.stderr
    assert "some text" in done.stdout
    assert "dbfs:/cells/a.txt" in done.stdout


def test_restart_goes_on_with_the_next_cell(run_file: RunFile, tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    cells = [
        "import sys, os, pathlib\npid = os.getpid()\nprint('one', pid)\ndbutils.widgets.text('w', 'kept')",
        "pathlib.Path('fresh/newly_there.py').write_text('V = 2')\nos.chdir('/')\ndbutils.library.restartPython()",
        "import os, sys\nsys.path.append('fresh')\nfrom newly_there import V\n"
        "print('two', os.getpid(), V, 'pid' in globals(), sys.argv[1:], dbutils.widgets.get('w'))\nsys.exit(5)",
    ]
    done = run_file(notebook(*cells), "argument")
    assert done.returncode == 5, done.stderr
    (one, first), (two, second, *rest) = (line.split(maxsplit=5) for line in done.stdout.splitlines())
    assert (one, two, first) == ("one", "two", second)
    assert rest == ["2", "False", "['argument']", "kept"]


def test_a_script_has_no_cells_to_go_on_with(run_file: RunFile) -> None:
    done = run_file("dbutils.library.restartPython()")
    assert done.returncode == 1
    assert "a script has no cells to go on with" in done.stderr


def test_scripts_do_without_ipython(run_file: RunFile) -> None:
    done = run_file(
        "import sys\nprint([n for n in ('IPython', 'nbformat', 'nbconvert', 'traitlets') if n in sys.modules])"
    )
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize("line", ["", "./a b", "./a $x", "./a $x=1 y"])
def test_what_is_no_run_line(line: str) -> None:
    with pytest.raises(InvalidParameterValue, match="%run"):
        run_arguments(line)


@given(st.dictionaries(st.from_regex(r"[a-z_]\w{0,5}", fullmatch=True), st.text(max_size=8)), st.booleans())
def test_arguments_of_run_come_back(values: dict[str, str], is_single: bool) -> None:
    quote = "'" if is_single else '"'
    written = [
        f"${name}={quote}{value.replace(chr(92), chr(92) * 2).replace(quote, chr(92) + quote)}{quote}"
        for name, value in values.items()
    ]
    assert run_arguments(" ".join(["../a", *written])) == ("../a", values)
