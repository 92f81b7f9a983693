"""`brickyard run` and `brickyard env` as commands."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from brickyard.cli.env import env
from brickyard.cli.run import CONTEXT_SETTINGS, run
from brickyard.errors import InvalidParameterValue, InvalidState
from brickyard.notebook.client import ServerClient
from brickyard.notebook.server_of_home import RunningServer, find_server
from brickyard.settings import process_environment
from tests.notebook.conftest import notebook_server, token

__all__ = ["notebook_server", "token"]

Command = Callable[..., "subprocess.CompletedProcess[str]"]
MAIN = """
import typer
from brickyard.cli.run import CONTEXT_SETTINGS, run
app = typer.Typer()
app.command(context_settings=CONTEXT_SETTINGS)(run)
app.command("x")(lambda: None)
app()
"""


@pytest.fixture
def command(tmp_path: Path) -> Command:
    def call(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", MAIN, "run", *arguments],
            cwd=tmp_path,
            env=process_environment(),
            capture_output=True,
            text=True,
            timeout=100,
        )

    return call


def test_code_arguments_and_folder(command: Command, notebook_server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(
        "import sys, os\nprint(sys.argv[1:], os.getcwd(), dbutils.widgets.get('p'), os.environ['DATABRICKS_HOST'])\n"
        "assert os.environ['MLFLOW_TRACKING_URI'] == os.environ['DATABRICKS_HOST']\nsys.exit(7)\n"
    )
    done = command("--home", str(notebook_server.home), "--param", "p=a=b", "code.py", "--flag", "a b", "--home", "x")
    assert done.returncode == 7, done.stderr
    assert done.stdout == f"['--flag', 'a b', '--home', 'x'] {tmp_path} a=b {notebook_server.url}\n"


def test_its_token_ends_with_it(command: Command, notebook_server: RunningServer, token: str, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(
        "import os\nprint(os.environ['DATABRICKS_TOKEN'])\n"
        "assert os.environ['MLFLOW_TRACKING_TOKEN'] == os.environ['DATABRICKS_TOKEN']\n"
    )
    done = command("--home", str(notebook_server.home), "code.py")
    assert done.stdout.startswith("dapi"), done.stderr
    assert done.stdout.strip() not in {token, ""}
    listed = ServerClient(notebook_server.url, token).get("/api/2.0/token/list")["token_infos"]
    assert "brickyard run code.py" not in [info["comment"] for info in listed]


def test_a_killed_script_has_its_signals_code(command: Command, notebook_server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("import os; os.kill(os.getpid(), 9)\n")
    assert command("--home", str(notebook_server.home), "code.py").returncode == 137


@pytest.mark.parametrize("name", ["missing.py", "folder"])
def test_a_missing_file_is_named_before_anything_starts(command: Command, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    done = command("--home", "h", name)
    assert done.returncode == 2
    assert name in done.stderr
    assert not (tmp_path / "h").exists()


def test_a_server_for_one_run(command: Command, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("dbutils.fs.put('/x', 'y')\nraise ValueError('a plain failure')\n")
    done = command("--home", "h", "code.py")
    assert done.returncode == 1
    assert "no server runs on" in done.stderr
    assert done.stderr.endswith("ValueError: a plain failure\n")
    assert find_server(tmp_path / "h") is None
    assert (tmp_path / "h" / "files" / "x").read_text() == "y"


def test_terminated_while_it_runs(notebook_server: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(
        "import pathlib, time\ntry:\n    pathlib.Path('ready').touch()\n    time.sleep(60)\n"
        "finally:\n    pathlib.Path('done').touch()\n"
    )
    command = [sys.executable, "-c", MAIN, "run", "--home", str(notebook_server.home), "code.py"]
    process = subprocess.Popen(command, cwd=tmp_path, env=process_environment(), start_new_session=True)
    deadline = time.monotonic() + 30
    while not (tmp_path / "ready").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.terminate()
    assert process.wait(20) == 143
    assert (tmp_path / "done").exists()


def test_parameters_need_a_name(tmp_path: Path) -> None:
    (tmp_path / "code.py").touch()
    app = typer.Typer()
    app.command(context_settings=CONTEXT_SETTINGS)(run)
    result = CliRunner().invoke(app, ["--param", "=x", str(tmp_path / "code.py")])
    assert isinstance(result.exception, InvalidParameterValue)


def invoke_env(home: Path) -> "tuple[str, BaseException | None]":
    app = typer.Typer()
    app.command()(env)
    result = CliRunner().invoke(app, ["--home", str(home)])
    return result.stdout, result.exception


def test_env_is_for_the_shell(notebook_server: RunningServer) -> None:
    text, _ = invoke_env(notebook_server.home)
    lines = text.splitlines()
    assert all(line.startswith("export ") and "=" in line for line in lines)
    values = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    assert values["DATABRICKS_HOST"] == values["MLFLOW_TRACKING_URI"] == notebook_server.url
    assert values["BRICKYARD_HOME"] == str(notebook_server.home)
    ServerClient(notebook_server.url, values["DATABRICKS_TOKEN"]).get("/api/2.0/token/list")


def test_env_prepares_plain_python(notebook_server: RunningServer) -> None:
    text, _ = invoke_env(notebook_server.home)
    code = "from databricks.sdk.runtime import *; print(type(dbutils).__name__, dbutils.fs.mkdirs('/e'))"
    done = subprocess.run(
        ["sh", "-c", f"{text}\n{shlex.quote(sys.executable)} -c {shlex.quote(code)}"],
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "DBUtils True\n", done.stderr


def test_env_without_a_server_names_the_command(tmp_path: Path) -> None:
    text, error = invoke_env(tmp_path)
    assert text == ""
    assert isinstance(error, InvalidState)
    assert f"brickyard up --home {tmp_path}" in error.message


def test_outputs_are_kept_where_they_are_asked_for(
    command: Command, notebook_server: RunningServer, tmp_path: Path
) -> None:
    (tmp_path / "n.py").write_text(
        "# Databricks notebook source\ndbutils.widgets.text('p', '')\ndbutils.widgets.get('p')\n"
    )
    outputs = ("--output", "out.ipynb", "--output", "out.html")
    done = command("--home", str(notebook_server.home), "--param", "p=given", *outputs, "n.py")
    assert (done.returncode, done.stdout) == (0, "'given'\n"), done.stderr
    assert "<pre>'given'</pre>" in (tmp_path / "out.html").read_text()
    assert "'given'" in (tmp_path / "out.ipynb").read_text()


def test_an_output_that_cannot_be_is_refused_before_anything_starts(command: Command, tmp_path: Path) -> None:
    (tmp_path / "n.py").write_text("print('ran')")
    done = command("--home", "h", "--output", "out.pdf", "n.py")
    assert done.returncode != 0
    assert "--output" in done.stderr and ".ipynb or .html" in done.stderr
    assert "ran" not in done.stdout
    assert not (tmp_path / "h").exists()
