"""`brickyard engine` and what `brickyard doctor` says about engines."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from brickyard.cli.engine_findings import engine_findings
from brickyard.cli.finding import Level
from brickyard.cli.main import app
from brickyard.notebook.engines.spark.distribution import layout
from brickyard.settings import Home, Settings
from tests.notebook.engines.spark.stand_in import java


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRICKYARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return tmp_path / "cache"


def _pretend(cache: Path) -> None:
    wanted = layout(cache, "")
    java(wanted.java.parents[1], "21.0.8")
    for part in (wanted.spark_home, wanted.plugin, *wanted.jars):
        part.parent.mkdir(parents=True, exist_ok=True)
        if not part.exists():
            part.touch()


def test_the_list_says_how_to_get_what_is_missing(cache: Path) -> None:
    before = CliRunner().invoke(app, ["engine", "list"], env={"COLUMNS": "200"})
    sail, spark = before.stdout.splitlines()[1:]
    assert re.match(r"sail +\d+\.\d+\.\d+ +embedded +\d+ MB ", sail)
    assert re.match(r"spark +4\.2\.0 +not installed +brickyard engine install spark", spark)
    _pretend(cache)
    after = CliRunner().invoke(app, ["engine", "list"], env={"COLUMNS": "200"})
    assert re.match(rf"spark +4\.2\.0, Java 21 +installed +0 MB +{cache}", after.stdout.splitlines()[2])


def test_what_is_no_engine_is_refused_with_the_names_of_those_that_are() -> None:
    done = CliRunner().invoke(app, ["engine", "install", "flink"])
    assert done.exit_code == 2
    assert "'flink' is not one of 'spark'" in done.stderr


def test_doctor_names_the_repair_of_each_finding_about_engines(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    found = list(engine_findings(Settings.read(home=tmp_path / "my home")))
    assert [finding.subject for finding in found] == ["engine sail", "java", "engine spark"]
    assert all(finding.level is Level.WARNING and finding.fix for finding in found)
    java(tmp_path, "1.8.0_392")
    assert "it is Java 8, and Spark runs on Java 17 and 21" in next(engine_findings(Settings.read(home=tmp_path))).text
    monkeypatch.delenv("JAVA_HOME")
    layout(cache, "").spark_home.mkdir(parents=True)
    [begun] = engine_findings(Settings.read(home=tmp_path))
    assert begun.text.startswith(f"not whole in {cache}")
    _pretend(cache)
    [good] = engine_findings(Settings.read(home=tmp_path / "home"))
    assert good.level is Level.OK


@pytest.mark.parametrize(
    ("name", "suits"), [("h-1_2.3~", True), *((f"a{sign}b", False) for sign in " #%+?é'\"[&=,:@$")]
)
def test_homes_that_the_engine_sail_cannot_write_in(tmp_path: Path, name: str, suits: bool) -> None:
    assert Home(tmp_path / name).suits_sail is suits
