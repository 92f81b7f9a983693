"""Runs that record what they need to be repeated, read back through the stock client."""

import json
import subprocess
from pathlib import Path
from typing import Any

import mlflow
import pytest

from brickyard.notebook.client import ServerClient
from brickyard.notebook.dbutils.dbfs import DbfsStorage
from brickyard.notebook.provenance import LONGEST_TAG, Provenance, requirements
from brickyard.notebook.source import read_source
from tests.notebook.conftest import RunFile

RUN = """
import json, mlflow
mlflow.set_experiment("/provenance")
with mlflow.start_run() as first:
    mlflow.log_metric("m", 1)
with mlflow.start_run() as second:
    pass
client = mlflow.MlflowClient()
print(json.dumps([client.get_run(r.info.run_id).data.tags for r in (first, second)]))
assert client.list_artifacts(first.info.run_id) == []
"""


def tags_of(run_file: RunFile, text: str = RUN, **more: Any) -> list[dict[str, str]]:
    done = run_file(text, **more)
    assert done.returncode == 0, done.stderr
    tags: list[dict[str, str]] = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("[")))
    return tags


def read(client: ServerClient, uri: str) -> bytes:
    return b"".join(DbfsStorage(client).read(uri.removeprefix("dbfs:")))


def test_source_and_environment(run_file: RunFile, client: ServerClient, tmp_path: Path) -> None:
    first, second = tags_of(run_file)
    assert first["mlflow.source.name"] == str(tmp_path / "script.py")
    assert first["mlflow.source.type"] == "LOCAL"
    assert read(client, first["mlflow.brickyard.source"]).decode() == RUN
    lines = read(client, first["mlflow.brickyard.environment"]).decode().splitlines()
    assert any(line.startswith("mlflow==3.") for line in lines)
    assert lines == sorted(lines, key=lambda line: line.split("==")[0].lower())
    assert first["mlflow.brickyard.python"].startswith("3.")
    assert "mlflow.brickyard.engine" not in first
    assert {k: v for k, v in second.items() if k.startswith("brickyard.")} == {
        k: v for k, v in first.items() if k.startswith("brickyard.")
    }


def test_what_was_read_is_recorded_though_the_file_changes(client: ServerClient, script: Path) -> None:
    provenance = Provenance(source=read_source(script), client=client, use=Use({}))
    script.write_text("changed")
    tags = provenance.tags()
    assert read(client, tags["mlflow.brickyard.source"]) == b"pass"
    assert tags["mlflow.brickyard.engine"] == "sail"


def test_notebooks_are_notebooks(client: ServerClient, script: Path) -> None:
    script.write_text("# Databricks notebook source\n")
    tags = Provenance(source=read_source(script), client=client, use=Use({})).tags()
    assert tags["mlflow.source.type"] == "NOTEBOOK"


def test_git_commit(run_file: RunFile, tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", *arguments]
        return subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "first")
    [first, _] = tags_of(run_file)
    assert first["mlflow.source.git.commit"] == git("rev-parse", "HEAD")


def test_runs_elsewhere_record_nothing(client: ServerClient, script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provenance = Provenance(source=read_source(script), client=client, use=Use({}))
    uris = iter(["sqlite:///own.db", "http://127.0.0.1:1", client.url, "databricks"])
    monkeypatch.setattr(mlflow, "get_tracking_uri", lambda: next(uris))
    assert [provenance.in_context() for _ in range(4)] == [False, False, True, True]


class Use:
    """Spark as it was used."""

    engine = "sail"

    def __init__(self, versions: dict[str, int | None]) -> None:
        self.versions = versions

    def table_versions(self) -> dict[str, int | None]:
        return self.versions


class Tags:
    """What Provenance sees of an MlflowClient."""

    def __init__(self, tracking_uri: str) -> None:
        self.tracking_uri = tracking_uri
        self.set: dict[str, str] = {}

    def set_tag(self, run_id: str, key: str, value: str) -> None:
        if run_id == "gone":
            raise ConnectionError(run_id)
        self.set[key] = value


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "s.py"
    path.write_text("pass")
    return path


def test_tables_at_the_end_of_a_run(client: ServerClient, script: Path) -> None:
    provenance = Provenance(source=read_source(script), client=client, use=Use({"a.b.c": 3, "a.b.ü": None}))
    tags = Tags(client.url + "/")
    provenance.finish(tags, "r")
    assert tags.set == {"mlflow.brickyard.engine": "sail", "mlflow.brickyard.tables": '{"a.b.c": 3, "a.b.ü": null}'}
    other = Tags("sqlite:///x")
    provenance.finish(other, "r")
    assert other.set == {}


def test_too_many_tables_for_a_tag(client: ServerClient, script: Path) -> None:
    many: dict[str, int | None] = {f"catalog.schema.table_{i}": i for i in range(1000)}
    tags = Tags("databricks")
    Provenance(source=read_source(script), client=client, use=Use(many)).finish(tags, "r")
    assert len(tags.set["mlflow.brickyard.tables"]) <= LONGEST_TAG
    assert json.loads(read(client, tags.set["mlflow.brickyard.tables"])) == many


def test_a_run_ends_though_its_records_fail(
    client: ServerClient, script: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Provenance(source=read_source(script), client=client, use=Use({})).finish(Tags(client.url), "gone")
    assert "run gone could not be recorded" in caplog.text


def test_requirements_are_pip_lines() -> None:
    assert all("==" in line and " " not in line for line in requirements().splitlines())
