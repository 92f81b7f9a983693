"""The smaller tools: entry_point, jobs, secrets, library, credentials, help, data."""

import json

import pandas as pd
import pytest

from brickyard.errors import BrickyardError, InvalidParameterValue, NotFound, NotImplementedHere
from brickyard.notebook.client import ServerClient
from brickyard.notebook.context import Context
from brickyard.notebook.dbutils import DBUtils
from brickyard.notebook.dbutils.jobs import TaskValues
from brickyard.notebook.dbutils.options import Option, OptionMap


@pytest.fixture
def dbutils(context: Context, client: ServerClient) -> DBUtils:
    return DBUtils(context, client)


def test_context_chain(dbutils: DBUtils, context: Context, token: str) -> None:
    notebook = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
    assert notebook.apiToken().get() == token
    assert notebook.apiUrl().get() == context.url
    assert notebook.browserHostName().get() == context.url.removeprefix("http://")
    assert notebook.notebookPath().get() == str(context.path)
    assert notebook.currentRunId().isEmpty()
    assert notebook.clusterId().getOrElse("none") == "none"
    assert notebook.tags().get("browserHostName").isDefined()
    assert notebook.tags().get("jobId").isEmpty()
    told = json.loads(notebook.toJson())
    assert told["extraContext"]["notebook_path"] == str(context.path)
    assert token not in notebook.toJson()


def test_options() -> None:
    with pytest.raises(NotFound, match="no jobId"):
        Option("jobId", None).get()
    assert str(Option("x", "v")) == "Some(v)"
    assert str(OptionMap({"a": "b"})) == "Map(a -> b)"
    assert OptionMap({"a": "b"}).apply("a") == "b"
    with pytest.raises(NotFound):
        OptionMap({}).apply("a")


def test_task_values_outside_a_job() -> None:
    values = TaskValues()
    values.set("k", {"a": [1]})
    assert values.get("task", "k", default=1, debugValue=0) == 0
    with pytest.raises(TypeError, match="debugValue"):
        values.get("task", "k", default=1)
    with pytest.raises(InvalidParameterValue, match="JSON"):
        values.set("k", object())
    with pytest.raises(InvalidParameterValue, match="48 KiB"):
        values.set("k", "x" * 50_000)


def test_secrets_of_an_unknown_scope_are_refused(dbutils: DBUtils) -> None:
    with pytest.raises(BrickyardError):
        dbutils.secrets.get("no-such-scope", "key")


def test_what_is_not_here_says_so(dbutils: DBUtils) -> None:
    with pytest.raises(NotImplementedHere, match="fresh process"):
        dbutils.library.restartPython()
    calls = {"assumeRole": ("r",), "showCurrentRole": (), "showRoles": (), "getCurrentCredentials": ()}
    for name, arguments in calls.items():
        with pytest.raises(NotImplementedHere, match=rf"dbutils\.credentials\.{name}"):
            getattr(dbutils.credentials, name)(*arguments)


def test_help(dbutils: DBUtils, capsys: pytest.CaptureFixture[str]) -> None:
    dbutils.help()
    assert "dbutils.widgets" in capsys.readouterr().out
    dbutils.fs.help()
    assert "cp(source: str, dest: str" in capsys.readouterr().out
    dbutils.fs.help("ls")
    assert "FileNotFoundError" in capsys.readouterr().out
    with pytest.raises(NotFound, match="no method 'nope'"):
        dbutils.fs.help("nope")


def test_every_tool_has_a_first_line_of_help(dbutils: DBUtils) -> None:
    for tool in vars(dbutils).values():
        assert (type(tool).__doc__ or "").strip()


def test_summary_of_pandas(dbutils: DBUtils, capsys: pytest.CaptureFixture[str]) -> None:
    dbutils.data.summarize(pd.DataFrame({"x": [1.0, 3.0, None], "t": ["b", "a", "a"], "l": [[1], [2], [2]]}))
    out = capsys.readouterr().out
    x = next(line for line in out.splitlines() if line.startswith("x"))
    assert x.split() == ["x", "float64", "2", "1", "2", "2", "1.41421", "1.0", "3.0"]
    assert next(line for line in out.splitlines() if line.startswith("t")).split()[-2:] == ["a", "b"]


def test_summary_of_something_else(dbutils: DBUtils) -> None:
    with pytest.raises(InvalidParameterValue, match="list"):
        dbutils.data.summarize([1])
