"""The examinations of `brickyard doctor`. Each looks at one thing and changes nothing."""

import os
import platform
import shutil
import socket
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from urllib.parse import quote

from packaging.requirements import Requirement

from brickyard import __version__
from brickyard.cli.engine_findings import engine_findings
from brickyard.cli.finding import Finding, Level
from brickyard.cli.port_holder import port_holder
from brickyard.notebook.server_of_home import RunningServer, find_server
from brickyard.settings import Settings

OLDEST_PYTHON = (3, 11)
LEAST_DISK = 1 << 30
PACKAGES = (
    "mlflow",
    "databricks-sdk",
    "pyspark-client",
    "pysail",
    "deltalake",
    "pyarrow",
    "pandas",
    "starlette",
    "sqlalchemy",
)


def examine(settings: Settings) -> list[Finding]:
    """All findings, for one home folder."""
    server = find_server(settings.home)
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python,
        _packages,
        _spark_clash,
        lambda: _home(settings),
        lambda: engine_findings(settings),
        lambda: _disk(settings),
        lambda: _secrets(settings),
        lambda: _database(settings),
        lambda: _server(settings, server),
    )
    return [finding for check in checks for finding in check()]


def _python() -> Iterator[Finding]:
    text = f"{platform.python_version()} ({sys.executable})"
    if sys.version_info[:2] >= OLDEST_PYTHON:
        yield Finding(level=Level.OK, subject="python", text=text)
    else:
        yield Finding(level=Level.BROKEN, subject="python", text=text, fix="install Python 3.11 or newer")


def _packages() -> Iterator[Finding]:
    yield Finding(level=Level.OK, subject="brickyard", text=__version__)
    for wanted in _requirements():
        found = _version(wanted.name)
        if not found:
            text = "not installed"
        elif not wanted.specifier.contains(found, prereleases=True):
            text = f"{found} is installed, and Brickyard needs {wanted.specifier}"
        else:
            if wanted.name in PACKAGES:
                yield Finding(level=Level.OK, subject=wanted.name, text=found)
            continue
        fix = f"pip install --force-reinstall '{wanted.name}{wanted.specifier}'"
        yield Finding(level=Level.BROKEN, subject=wanted.name, text=text, fix=fix)


def _requirements() -> list[Requirement]:
    """What Brickyard itself needs on this machine, without its extras."""
    found = [Requirement(text) for text in requires("brickyard") or ()]
    return [one for one in found if one.marker is None or one.marker.evaluate({"extra": ""})]


def _spark_clash() -> Iterator[Finding]:
    """pyspark and pyspark-client own the same Python package; the proprietary client owns ours."""
    for name, reason in (
        ("pyspark", "it overwrites pyspark-client's files"),
        ("databricks-connect", "it overwrites pyspark-client's files"),
        ("databricks-feature-engineering", "it owns the same modules as Brickyard's feature store"),
    ):
        if _version(name):
            yield Finding(
                level=Level.BROKEN,
                subject=name,
                text=f"installed beside Brickyard: {reason}",
                fix=f"pip uninstall {name} && pip install --force-reinstall pyspark-client brickyard",
            )


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    if not home.exists():
        yield Finding(
            level=Level.WARNING, subject="home", text=f"{home} is not there yet", fix=f"brickyard up --home {home}"
        )
    elif not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            level=Level.BROKEN, subject="home", text=f"{home} cannot be written", fix=f"chown -R $USER {home}"
        )
    else:
        yield Finding(level=Level.OK, subject="home", text=str(home))


def _disk(settings: Settings) -> Iterator[Finding]:
    place = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    free = shutil.disk_usage(place).free
    text = f"{free / (1 << 30):.1f} GiB free under {place}"
    if free >= LEAST_DISK:
        yield Finding(level=Level.OK, subject="disk", text=text)
    else:
        yield Finding(level=Level.WARNING, subject="disk", text=text, fix="free at least 1 GiB, or use another --home")


def _secrets(settings: Settings) -> Iterator[Finding]:
    """What others on this machine must not read."""
    layout = settings.layout
    for path in (layout.runtime, layout.keys, layout.token_file):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            mode = "600" if path.is_file() else "700"
            yield Finding(
                level=Level.BROKEN, subject="permissions", text=f"others can read {path}", fix=f"chmod {mode} {path}"
            )


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.database_uri:
        yield Finding(level=Level.OK, subject="database", text=settings.database_uri.split("@")[-1])
        return
    path = settings.layout.database
    if not path.exists():
        return
    try:
        connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5)
        try:
            [(answer,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        answer = str(error)
    if answer == "ok":
        yield Finding(
            level=Level.OK, subject="database", text=f"{path}: {path.stat().st_size / (1 << 20):.1f} MiB, sound"
        )
    else:
        yield Finding(
            level=Level.BROKEN,
            subject="database",
            text=f"{path}: {answer}",
            fix=f"stop the server, then: sqlite3 {path} '.recover' | sqlite3 recovered.db; or restore a backup",
        )


def _server(settings: Settings, server: RunningServer | None) -> Iterator[Finding]:
    if server is not None:
        yield Finding(level=Level.OK, subject="server", text=f"{server.url}, process {server.pid}")
        return
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            yield Finding(
                level=Level.WARNING,
                subject="server",
                text=f"not running, and {settings.host}:{settings.port} {_taken(settings.port, error)}",
                fix="stop that, or take another port: brickyard up --port N",
            )
            return
    yield Finding(
        level=Level.OK, subject="server", text=f"not running; `brickyard up --home {settings.home}` starts it"
    )


def _taken(port: int, error: OSError) -> str:
    holder = port_holder(port)
    return f"is taken by {holder}" if holder else f"cannot be taken: {error.strerror}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
