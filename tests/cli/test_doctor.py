import json
import os
import socket
import sqlite3
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from brickyard.cli.doctor import doctor
from brickyard.cli.finding import Level
from brickyard.cli.findings import examine
from brickyard.notebook.server_of_home import RunningServer
from brickyard.settings import Settings
from tests.conftest import LiveServer
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


def test_a_port_that_is_taken_is_told_with_by_whom(
    notebook_server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(port: int) -> tuple[Level, str, str]:
        monkeypatch.setenv("BRICKYARD_PORT", str(port))
        [found] = [f for f in examine(Settings.read(home=tmp_path)) if f.subject == "server"]
        return found.level, found.text, found.fix

    level, text, fix = told(int(notebook_server.url.rpartition(":")[2]))
    assert level is Level.WARNING
    assert f"is taken by a Brickyard server of another home, process {notebook_server.pid} (" in text
    assert "--port" in fix
    with socket.create_server(("127.0.0.1", 0)) as listener:
        level, text, _ = told(listener.getsockname()[1])
    assert level is Level.WARNING
    assert f"is taken by process {os.getpid()} (" in text


def test_a_package_of_a_wrong_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older one before the installed one on the path, as an environment that was mixed up has."""
    folder = tmp_path / "starlette-0.1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: starlette\nVersion: 0.1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    level, text, fix = findings(tmp_path)["starlette"]
    assert level is Level.BROKEN
    assert text.startswith("0.1.0 is installed, and Brickyard needs ")
    assert fix.startswith("pip install --force-reinstall 'starlette")


def test_up_warns_of_a_home_that_the_engine_sail_refuses(tmp_path: Path) -> None:
    live = LiveServer(tmp_path / "a home")
    live.start()
    live.stop()
    assert "a home has spaces or other special characters, and the engine sail cannot write tables there" in live.log
