"""Who is measured: how each server is installed, started, seeded, and how it writes."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.tracking.seeding import SeededRun, seed_by_rest, seed_mlflow_database

FASTTRACKML_VERSION = "0.6.0"


class PeerError(Exception):
    """A peer cannot be installed or found here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Peer:
    """One server under test.

    `command(home, port)` starts it on 127.0.0.1 with all its files under `home`. `seed(port, home, experiment_id,
    runs)` fills a running server. `writes` says when an answered write is on disk.
    """

    name: str
    title: str
    writes: str
    command: Callable[[Path, int], list[str]]
    seed: Callable[[int, Path, str, list[SeededRun]], None]


def _beside_python(program: str) -> str:
    path = Path(sys.executable).with_name(program)
    if not path.exists():
        raise PeerError(f"{program} is not installed beside {sys.executable}")
    return str(path)


def brickyard(cache: Path) -> Peer:
    """This project's server, as `brickyard up` starts it."""
    del cache
    program = _beside_python("brickyard")
    return Peer(
        name="brickyard",
        title=f"Brickyard {version('brickyard')}",
        writes="SQLite, WAL, synchronous=FULL: fsync before the answer, one commit for all requests that wait",
        command=lambda home, port: [program, "up", "--home", str(home), "--port", str(port)],
        seed=seed_by_rest,
    )


def mlflow(cache: Path) -> Peer:
    """The stock server with its defaults: uvicorn, 4 workers, job runners on."""
    del cache
    program = _beside_python("mlflow")

    def command(home: Path, port: int) -> list[str]:
        where = ["--backend-store-uri", f"sqlite:///{home}/mlflow.db", "--artifacts-destination", str(home / "files")]
        return [program, "server", "--host", "127.0.0.1", "--port", str(port), *where]

    return Peer(
        name="mlflow",
        title=f"mlflow server {version('mlflow')}",
        writes="SQLite, rollback journal, synchronous=FULL: fsyncs before each answer",
        command=command,
        seed=seed_mlflow_database,
    )


def fasttrackml(cache: Path) -> Peer:
    """FastTrackML as shipped. Its SQLite driver sets synchronous=NORMAL, which in WAL mode does not fsync a commit."""
    return _fasttrackml(
        cache,
        name="fasttrackml",
        title=f"FastTrackML {FASTTRACKML_VERSION}, as shipped",
        writes="SQLite, WAL, synchronous=NORMAL: NOT durable, an answered write is lost when the power fails",
        options="",
    )


def fasttrackml_fsync(cache: Path) -> Peer:
    """FastTrackML with synchronous=FULL in its database URI: as durable as the others."""
    return _fasttrackml(
        cache,
        name="fasttrackml-fsync",
        title=f"FastTrackML {FASTTRACKML_VERSION}, fsync",
        writes="SQLite, WAL, synchronous=FULL (by ?_synchronous=FULL in --database-uri): fsyncs before each answer",
        options="?_synchronous=FULL",
    )


PEERS: dict[str, Callable[[Path], Peer]] = {
    "brickyard": brickyard,
    "mlflow": mlflow,
    "fasttrackml-fsync": fasttrackml_fsync,
    "fasttrackml": fasttrackml,
}


def _fasttrackml(cache: Path, *, name: str, title: str, writes: str, options: str) -> Peer:
    program = _install_fasttrackml(cache)

    def command(home: Path, port: int) -> list[str]:
        store = ["--database-uri", f"sqlite://{home}/fml.db{options}", "--default-artifact-root", str(home / "files")]
        return [str(program), "server", "--listen-address", f"127.0.0.1:{port}", *store]

    return Peer(name=name, title=title, writes=writes, command=command, seed=seed_by_rest)


def _install_fasttrackml(cache: Path) -> Path:
    """The `fml` binary of the wheel, in an environment of its own. Its Python client's dependencies are left out."""
    place = cache / f"fasttrackml-{FASTTRACKML_VERSION}"
    program = place / "bin" / "fml"
    if program.exists():
        return program
    cache.mkdir(parents=True, exist_ok=True)
    package = f"fasttrackml=={FASTTRACKML_VERSION}"
    uv = shutil.which("uv")
    if uv is not None:
        steps = [
            [uv, "venv", "--quiet", "--python", sys.executable, str(place)],
            [uv, "pip", "install", "--quiet", "--no-deps", "--python", str(place / "bin" / "python"), package],
        ]
    else:
        steps = [
            [sys.executable, "-m", "venv", str(place)],
            [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-deps", package],
        ]
    for step in steps:
        ended = subprocess.run(step, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise PeerError(f"FastTrackML cannot be installed: {' '.join(step)}\n{ended.stderr[-2000:]}")
    if not program.exists():
        raise PeerError(f"the wheel {package} has no program fml for this platform")
    return program
