import json
import sqlite3
from pathlib import Path

import typer
from typer.testing import CliRunner

from brickyard.cli.doctor import doctor
from brickyard.cli.findings import Level, examine
from brickyard.notebook.server_of_home import RunningServer
from brickyard.settings import Settings
from tests.notebook.conftest import notebook_server

__all__ = ["notebook_server"]


def call(*arguments: str) -> "tuple[int, str]":
    app = typer.Typer()
    app.command()(doctor)
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.stdout


def findings(home: Path) -> dict[str, tuple[Level, str, str]]:
    return {f.subject: (f.level, f.text, f.fix) for f in examine(Settings.read({}, home=home))}


def test_a_new_home(tmp_path: Path) -> None:
    code, text = call("--home", str(tmp_path / "h"), "--json")
    told = {finding["subject"]: finding for finding in json.loads(text)}
    assert code == 0
    assert told["home"]["level"] == "warning"
    assert "brickyard up" in told["home"]["fix"]
    assert told["mlflow"]["text"].startswith("3.")
    assert not (tmp_path / "h").exists()


def test_a_home_in_use(notebook_server: RunningServer) -> None:
    found = findings(notebook_server.home)
    assert found["server"] == (Level.OK, f"{notebook_server.url}, process {notebook_server.pid}", "")
    assert found["database"][0] is Level.OK
    assert "permissions" not in found


def test_a_broken_database(tmp_path: Path) -> None:
    (tmp_path / "brickyard.db").write_bytes(b"this is no database" * 100)
    level, text, fix = findings(tmp_path)["database"]
    assert level is Level.BROKEN
    assert "brickyard.db" in text
    assert fix
    code, text = call("--home", str(tmp_path))
    assert code == 1
    assert "→" in text


def test_a_damaged_page(tmp_path: Path) -> None:
    path = tmp_path / "brickyard.db"
    connection = sqlite3.connect(path)
    connection.execute("create table t (a primary key, b)")
    connection.executemany("insert into t values (?, ?)", [(f"key {i}", "x" * 500) for i in range(200)])
    connection.commit()
    connection.close()
    data = bytearray(path.read_bytes())
    data[3 * 4096 : 4 * 4096] = b"\xff" * 4096
    path.write_bytes(data)
    assert findings(tmp_path)["database"][0] is Level.BROKEN


def test_readable_secrets(tmp_path: Path) -> None:
    (tmp_path / "runtime").mkdir(mode=0o700)
    token = tmp_path / "runtime" / "token"
    token.touch(mode=0o644)
    level, _, fix = findings(tmp_path)["permissions"]
    assert (level, fix) == (Level.BROKEN, f"chmod 600 {token}")
