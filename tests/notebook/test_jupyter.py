"""`%load_ext brickyard` in real kernels, driven as a front end drives them."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

from brickyard.notebook.client import ServerClient
from brickyard.notebook.environment import client_environment
from brickyard.notebook.jupyter import home_near
from brickyard.notebook.server_of_home import RunningServer
from brickyard.settings import process_environment

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
HEADER = "# Databricks notebook source\n"
NEXT = "\n# COMMAND ----------\n"


@dataclass
class Answer:
    """What one cell gave."""

    status: str = ""
    text: str = ""
    error: str = ""
    data: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Kernel:
    manager: KernelManager
    client: BlockingKernelClient

    def run(self, code: str) -> Answer:
        answer = Answer()

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    answer.text += content["text"]
                case "display_data" | "execute_result":
                    answer.data.append(content["data"])
                case "error":
                    answer.error += _COLOURS.sub("", "\n".join(content["traceback"]))

        reply = self.client.execute_interactive(code, output_hook=hear, timeout=60)
        answer.status = reply["content"]["status"]
        return answer

    def value(self, code: str) -> str:
        """The text of an expression's value."""
        answer = self.run(code)
        assert answer.status == "ok", answer
        return str(answer.data[-1]["text/plain"])

    def process(self) -> psutil.Process:
        return psutil.Process(int(self.value("__import__('os').getpid()")))

    def choose(self, model: str, value: object) -> None:
        """What a front end sends when its user changes a control."""
        content = {"comm_id": model, "data": {"method": "update", "state": value, "buffer_paths": []}}
        self.client.shell_channel.send(self.client.session.msg("comm_msg", content))


@contextmanager
def kernel_in(folder: Path, **extra: str) -> Iterator[Kernel]:
    manager = KernelManager(kernel_name="python3")
    clean = {name: value for name, value in process_environment().items() if not name.startswith("BRICKYARD_")}
    manager.start_kernel(cwd=str(folder), env=clean | extra)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=not manager.is_alive())


@pytest.fixture(scope="module")
def kernel(notebook_server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel with the extension, in a folder of notebooks."""
    with kernel_in(tmp_path_factory.mktemp("notebooks"), BRICKYARD_HOME=str(notebook_server.home)) as kernel:
        loaded = kernel.run("%load_ext brickyard")
        assert (loaded.status, loaded.text) == (
            "ok",
            f"brickyard: {notebook_server.url}, home {notebook_server.home}\n",
        )
        yield kernel


def test_the_names_are_there(kernel: Kernel) -> None:
    assert kernel.value("spark.range(3).count()") == "3"
    assert kernel.value("sql('select 41 + 1 as x').collect()[0].x") == "42"
    assert kernel.value("from databricks.sdk.runtime import dbutils as same\nsame is dbutils") == "True"
    assert kernel.value("import mlflow, os; mlflow.get_tracking_uri() == os.environ['DATABRICKS_HOST']") == "True"


def test_tables_are_rich(kernel: Kernel) -> None:
    (shown,) = kernel.run("display(spark.range(2))").data
    assert "<table" in shown["text/html"]
    assert shown["text/plain"].splitlines()[-3:] == ["     0", "     1", "2 rows"]
    assert "\x1b" not in shown["text/plain"]
    (page,) = kernel.run("displayHTML('<b>x</b>')").data
    assert page["text/html"] == "<b>x</b>"


def test_cells_of_other_languages(kernel: Kernel) -> None:
    (rows,) = kernel.run("%sql\nselect 1 as a,\n  'it' as b").data
    assert "it" in rows["text/plain"]
    assert kernel.value("_sqldf.collect()[0].a") == "1"
    assert "3" in kernel.run("%sql select 3 as three").data[0]["text/plain"]
    assert kernel.run("%sh\necho out\nexit 4").text.startswith("out\n%sh: exit status 4")
    assert kernel.run("%md\n# T").data[0]["text/markdown"] == "# T\n"
    assert "some text" in kernel.run("%fs put /jupyter/a.txt 'some text' true\n%fs head /jupyter/a.txt").text


def test_what_fails_shows_no_code_of_ours(kernel: Kernel) -> None:
    answer = kernel.run("%scala\nval x = 1")
    assert answer.status == "error"
    assert "cells of %scala are not run here" in answer.error
    assert "src/brickyard/notebook/cells.py" not in answer.error


def test_run_includes_a_notebook(kernel: Kernel) -> None:
    folder = Path(kernel.value("__import__('os').getcwd()").strip("'"))
    (folder / "lib.py").write_text(
        HEADER + NEXT.join(["value = int(dbutils.widgets.get('n')) + 1\nvalue", "# MAGIC %sh echo sub"])
    )
    answer = kernel.run('%run ./lib $n="7"')
    assert (answer.data[0]["text/plain"], answer.text) == ("8", "sub\n")
    assert kernel.value("value") == "8"
    (folder / "bad.py").write_text(HEADER + NEXT.join(["a = 1", "\ndef f():\n    raise KeyError('k')\nf()"]))
    failed = kernel.run("%run ./bad")
    assert failed.status == "error"
    assert "bad.py:6, in f()" in failed.error
    assert "notebook/cells.py" not in failed.error
    assert "./nowhere" in kernel.run("%run ./nowhere").error


def test_exit_ends_the_cell_with_its_value(kernel: Kernel) -> None:
    answer = kernel.run("dbutils.notebook.exit('the value')\nprint('never')")
    assert (answer.status, answer.text, answer.error) == ("error", "Notebook exited: the value\n", "")


def test_widgets_are_controls(kernel: Kernel) -> None:
    shown = kernel.run(
        "dbutils.widgets.text('t', '5', 'A text'); dbutils.widgets.dropdown('d', 'x', ['x', 'y'])\n"
        "dbutils.widgets.multiselect('m', 'x', ['x', 'y', 'z']); dbutils.widgets.combobox('c', 'own', ['x'])"
    ).data
    assert [re.split(r"\W", data["text/plain"])[0] for data in shown] == [
        "Text",
        "Dropdown",
        "SelectMultiple",
        "Combobox",
    ]
    assert kernel.value("dbutils.widgets.getAll()") == "{'t': '5', 'd': 'x', 'm': 'x', 'c': 'own'}"
    models = [data["application/vnd.jupyter.widget-view+json"]["model_id"] for data in shown]
    for model, state in zip(models, ({"value": "9"}, {"index": 1}, {"index": [0, 2]}, {"value": "free"}), strict=True):
        kernel.choose(model, state)
    assert kernel.value("dbutils.widgets.getAll()") == "{'t': '9', 'd': 'y', 'm': 'x,z', 'c': 'free'}"
    again = kernel.run("dbutils.widgets.text('t', '5', 'A text')").data
    assert "value='9'" in again[0]["text/plain"]  # the cell is run again: what was chosen stays
    assert kernel.value("dbutils.widgets.removeAll() or dbutils.widgets.getAll()") == "{}"


def test_streams_are_refused(kernel: Kernel) -> None:
    answer = kernel.run("display(spark.readStream.format('rate').load())")
    assert answer.status == "error"
    assert "Stream" in answer.error


def test_unloading_takes_all_away(notebook_server: RunningServer, tmp_path: Path) -> None:
    with kernel_in(tmp_path, BRICKYARD_HOME=str(notebook_server.home)) as kernel:
        kernel.run("%load_ext brickyard")
        assert kernel.value("spark.range(2).count()") == "2"
        assert len(kernel.process().children(recursive=True)) > 0
        assert kernel.run("%unload_ext brickyard").status == "ok"
        assert kernel.process().children(recursive=True) == []
        assert "name 'spark' is not defined" in kernel.run("spark").error
        assert "`%sql` not found" in kernel.run("%sql select 1").text
        assert kernel.value("__import__('os').environ.get('DATABRICKS_TOKEN')" + " is None") == "True"
        assert kernel.run("%load_ext brickyard").status == "ok"
        assert kernel.value("spark.range(4).count()") == "4"


def test_the_engine_and_the_token_end_with_the_kernel(
    notebook_server: RunningServer, token: str, tmp_path: Path
) -> None:
    def tokens() -> int:
        infos = ServerClient(notebook_server.url, token).get("/api/2.0/token/list")["token_infos"]
        return sum(info["comment"] == "notebook" for info in infos)

    before = tokens()
    with kernel_in(tmp_path, BRICKYARD_HOME=str(notebook_server.home)) as kernel:
        kernel.run("%load_ext brickyard")
        kernel.value("spark.range(2).count()")
        processes = [kernel.process(), *kernel.process().children(recursive=True)]
        assert len(processes) > 1
        assert tokens() == before + 1
    _, alive = psutil.wait_procs(processes, timeout=20)
    assert alive == []
    assert tokens() == before


def test_restarting_python_ends_the_kernel_for_its_front_end_to_start_anew(
    notebook_server: RunningServer, tmp_path: Path
) -> None:
    with kernel_in(tmp_path, BRICKYARD_HOME=str(notebook_server.home)) as kernel:
        kernel.run("%load_ext brickyard")
        assert "run %load_ext brickyard again" in kernel.run("dbutils.library.restartPython()").text
        _ended(lambda: not kernel.manager.is_alive())


def test_without_a_server_it_names_the_command(tmp_path: Path) -> None:
    (tmp_path / ".brickyard").mkdir()
    (tmp_path / "sub").mkdir()
    with kernel_in(tmp_path / "sub") as kernel:
        answer = kernel.run("%load_ext brickyard")
        assert answer.status == "error"
        assert answer.text.startswith(f"UsageError: brickyard: no server runs on {tmp_path / '.brickyard'}.")
        assert f"`brickyard up --home {tmp_path / '.brickyard'}`" in answer.text
        assert answer.text.count("\n") == 1
        assert list((tmp_path / ".brickyard").iterdir()) == []


def test_a_shell_that_env_has_prepared_needs_no_home(
    notebook_server: RunningServer, token: str, tmp_path: Path
) -> None:
    prepared = client_environment({}, url=notebook_server.url, token=token, home=tmp_path / "elsewhere")
    with kernel_in(tmp_path, **prepared) as kernel:
        assert notebook_server.url in kernel.run("%load_ext brickyard").text
        assert kernel.value("dbutils.fs.mkdirs('/jupyter')") == "True"
    with kernel_in(tmp_path, **prepared | {"DATABRICKS_TOKEN": "dapi-wrong"}) as kernel:
        assert kernel.run("%load_ext brickyard").status == "error"


def test_without_ipywidgets_defaults_count(notebook_server: RunningServer, tmp_path: Path) -> None:
    with kernel_in(tmp_path, BRICKYARD_HOME=str(notebook_server.home)) as kernel:
        loaded = kernel.run("import sys; sys.modules['ipywidgets'] = None\n%load_ext brickyard")
        assert "pip install 'brickyard[jupyter]'" in loaded.text
        declared = kernel.run("dbutils.widgets.text('t', '5')")
        assert (declared.status, declared.data) == ("ok", [])
        assert kernel.value("dbutils.widgets.get('t')") == "'5'"


def test_a_whole_notebook_by_nbclient(notebook_server: RunningServer, tmp_path: Path) -> None:
    new: Any = nbformat.v4
    cells = ["%load_ext brickyard", "%sql\nselect 5 as five", "display({'a': [1]})"]
    book = new.new_notebook(cells=[new.new_code_cell(text) for text in cells])
    environment = process_environment(BRICKYARD_HOME=str(notebook_server.home))
    NotebookClient(book, timeout=60, kernel_name="python3").execute(cwd=str(tmp_path), env=environment)
    assert "five" in book.cells[1].outputs[0]["data"]["text/html"]
    assert "<table" in book.cells[2].outputs[0]["data"]["text/html"]


def test_the_nearest_home(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert home_near(deep, {"BRICKYARD_HOME": str(tmp_path / "named")}) == tmp_path / "named"
    (tmp_path / ".brickyard").mkdir()
    assert home_near(deep, {}) == tmp_path / ".brickyard"
    (tmp_path / "a" / ".brickyard").mkdir()
    assert home_near(deep, {}) == tmp_path / "a" / ".brickyard"


def test_the_package_itself_stays_cheap() -> None:
    code = "import sys, brickyard; print([n for n in sys.modules if n.startswith(('brickyard', 'IPython'))])"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert done.stdout == "['brickyard']\n", done.stderr


def _ended(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.05)
