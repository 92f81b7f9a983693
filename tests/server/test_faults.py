"""What a user loses when things break: nothing that was acknowledged."""

import base64
import concurrent.futures
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import LiveServer, clean_environment, free_port

MLFLOW = "/api/2.0/mlflow/"
FILES = "/api/2.0/mlflow-artifacts/artifacts/faults"


def _run(live: LiveServer) -> str:
    answer = live.post(MLFLOW + "runs/create", {"experiment_id": "0"})
    return str(answer.json()["run"]["info"]["run_id"])


def _block(number: int) -> bytes:
    """300 kB that show when a part is missing."""
    return f"{number:08d}".encode() * 37_500


class _Clients:
    """Three kinds of writers that note what was acknowledged, until the server is gone."""

    def __init__(self, live: LiveServer, run_id: str) -> None:
        self._live = live
        self._run_id = run_id
        self.metrics: list[int] = []
        self.artifacts: list[int] = []
        self.dbfs: list[int] = []
        self._threads = [
            threading.Thread(target=self._loop, args=(work, done, start))
            for work, done in ((self._metric, self.metrics), (self._artifact, self.artifacts), (self._put, self.dbfs))
            for start in (0, 1_000_000)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()

    def _loop(self, work: Callable[[int], requests.Response], done: list[int], start: int) -> None:
        with contextlib.suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            for number in range(start, start + 100_000):
                response = work(number)
                assert response.status_code == 200, response.text
                done.append(number)

    def _metric(self, number: int) -> requests.Response:
        body = {"run_id": self._run_id, "key": "m", "value": number, "timestamp": number, "step": number}
        return self._live.post(MLFLOW + "runs/log-metric", body)

    def _artifact(self, number: int) -> requests.Response:
        return self._live.send("PUT", f"{FILES}/{number}", data=_block(number))

    def _put(self, number: int) -> requests.Response:
        contents = base64.b64encode(_block(number)).decode()
        return self._live.post("/api/2.0/dbfs/put", {"path": f"/faults/{number}", "contents": contents})


@pytest.mark.parametrize("seconds", [0.5, 1.1])
def test_what_was_acknowledged_survives_a_kill(own_server: LiveServer, seconds: float) -> None:
    run_id = _run(own_server)
    clients = _Clients(own_server, run_id)
    clients.start()
    deadline = time.monotonic() + 20
    while not (clients.metrics and clients.artifacts and clients.dbfs) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(seconds)
    own_server.kill()
    clients.join()
    assert len(clients.metrics) > 5
    assert len(clients.artifacts) > 1
    assert len(clients.dbfs) > 1

    own_server.start()
    points = own_server.get(MLFLOW + "metrics/get-history", params={"run_id": run_id, "metric_key": "m"}).json()
    assert set(clients.metrics) <= {int(point["value"]) for point in points["metrics"]}
    for folder, acknowledged in (("artifacts", clients.artifacts), ("files", clients.dbfs)):
        stored = own_server.home / folder / "faults"
        assert {str(number) for number in acknowledged} <= {path.name for path in stored.iterdir()}
        assert all(path.read_bytes() == _block(int(path.name)) for path in stored.iterdir())  # none of them is a half
        assert list((own_server.home / folder / ".uploads").iterdir()) == []
    answer = own_server.post(MLFLOW + "runs/log-metric", {"run_id": run_id, "key": "m", "value": 1, "timestamp": 1})
    assert answer.status_code == 200


def _up(home: Path, *, port: int = 0) -> "subprocess.CompletedProcess[str]":
    command = [
        *(sys.executable, "-m", "brickyard.cli.main", "up"),
        "--home",
        str(home),
        "--port",
        str(port or free_port()),
    ]
    environment = clean_environment()
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, env=environment, check=False
    )


def test_a_second_server_on_the_same_home_is_refused(own_server: LiveServer) -> None:
    assert own_server.process is not None
    answer = _up(own_server.home)
    assert answer.returncode == 1
    assert str(own_server.process.pid) in answer.stderr
    assert own_server.url in answer.stderr
    assert "Traceback" not in answer.stderr
    assert own_server.get("/health").status_code == 200


def test_a_taken_port_is_refused(own_server: LiveServer, tmp_path: Path) -> None:
    answer = _up(tmp_path / "other", port=own_server.port)
    assert answer.returncode == 1
    assert str(own_server.port) in answer.stderr
    assert "--port" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")
    answer = _up(tmp_path / "home")
    assert answer.returncode == 1
    assert str(tmp_path / "home") in answer.stderr
    assert "Traceback" not in answer.stderr


def test_sigterm_answers_what_is_under_way(own_server: LiveServer) -> None:
    assert own_server.process is not None
    ended = threading.Event()

    def slowly() -> Iterator[bytes]:
        yield b"first "
        assert own_server.process is not None
        own_server.process.send_signal(signal.SIGTERM)
        time.sleep(0.4)
        yield b"second"
        ended.set()

    response = own_server.send("PUT", f"{FILES}/slow", data=slowly())
    assert response.status_code == 200
    assert ended.is_set()
    assert own_server.process.wait(20) == 0
    assert (own_server.home / "artifacts" / "faults" / "slow").read_bytes() == b"first second"
    assert not (own_server.home / "runtime" / "server.json").exists()


def test_an_upload_that_breaks_off_leaves_nothing(own_server: LiveServer) -> None:
    # Not by requests: the error of a body that breaks off keeps the connection open until it is collected.
    connection = http.client.HTTPConnection("127.0.0.1", own_server.port)
    connection.putrequest("PUT", f"{FILES}/broken")
    connection.putheader("Content-Length", "6000000")
    connection.endheaders()
    connection.send(b"x" * 3_000_000)
    connection.close()
    uploads = own_server.home / "artifacts" / ".uploads"
    deadline = time.monotonic() + 10
    while list(uploads.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(uploads.iterdir()) == []
    assert not (own_server.home / "artifacts" / "faults").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(folder: Path) -> Path:
    """A file that takes all the space that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65536, 4096, 512):
            with contextlib.suppress(OSError):
                while file.write(b"x" * size):
                    pass
    return filler


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    live = LiveServer(small_disk / "home")
    live.start()
    try:
        run_id = _run(live)
        kept = live.post(MLFLOW + "runs/log-metric", {"run_id": run_id, "key": "m", "value": 1, "timestamp": 1})
        assert kept.status_code == 200
        assert live.send("PUT", f"{FILES}/kept", data=b"kept").status_code == 200
        handle = live.post("/api/2.0/dbfs/create", {"path": "/streamed"}).json()["handle"]
        filler = _fill(small_disk)

        refused = [
            live.send("PUT", f"{FILES}/big", data=b"x" * 2_000_000),
            live.send("PUT", f"{FILES}/kept", data=b"y" * 2_000_000),
            live.post("/api/2.0/dbfs/put", {"path": "/big", "contents": base64.b64encode(b"x" * 500_000).decode()}),
            live.post("/api/2.0/dbfs/add-block", {"handle": handle, "data": base64.b64encode(b"x" * 900_000).decode()}),
            _until_refused(live, run_id),
        ]
        for response in refused:
            assert (response.status_code, response.json()["error_code"]) == (507, "RESOURCE_EXHAUSTED"), response.text
        assert live.get(MLFLOW + "runs/get", params={"run_id": run_id}).status_code == 200
        assert live.get(f"{FILES}/kept").content == b"kept"

        filler.unlink()
        assert live.post(MLFLOW + "runs/set-tag", {"run_id": run_id, "key": "after", "value": "1"}).status_code == 200
        assert live.send("PUT", f"{FILES}/big", data=b"x" * 2_000_000).status_code == 200
        live.stop()
        live.start()
        run = live.get(MLFLOW + "runs/get", params={"run_id": run_id}).json()["run"]["data"]
        assert {"key": "after", "value": "1"} in run["tags"]
        assert [point["key"] for point in run["metrics"]] == ["m"]
    finally:
        live.kill()


def _until_refused(live: LiveServer, run_id: str) -> requests.Response:
    """Writes until one does not fit: the log of the database may still have room for a few."""
    for number in range(2000):
        params = [{"key": f"{number}-{index}", "value": "v" * 6000} for index in range(50)]
        response = live.post(MLFLOW + "runs/log-batch", {"run_id": run_id, "params": params})
        if response.status_code != 200:
            return response
    raise AssertionError("the disk was never full")


def test_a_read_only_home_is_refused(small_disk: Path) -> None:
    live = LiveServer(small_disk / "home")
    live.start()
    live.stop()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    answer = _up(live.home)
    assert answer.returncode == 1
    assert str(live.home) in answer.stderr
    assert "Traceback" not in answer.stderr


def test_many_writers_at_once(own_server: LiveServer) -> None:
    run_id = _run(own_server)

    def log(number: int) -> int:
        body = {"run_id": run_id, "key": "m", "value": number, "timestamp": 1, "step": number}
        bad = {**body, "key": "../bad"}
        return own_server.post(MLFLOW + "runs/log-metric", bad if number % 5 == 0 else body).status_code

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(log, range(300)))
    assert statuses == [400 if number % 5 == 0 else 200 for number in range(300)]
    points = own_server.get(MLFLOW + "metrics/get-history", params={"run_id": run_id, "metric_key": "m"}).json()
    assert sorted(int(point["value"]) for point in points["metrics"]) == [n for n in range(300) if n % 5]


def test_the_server_file_names_the_server(own_server: LiveServer) -> None:
    assert own_server.process is not None
    path = own_server.home / "runtime" / "server.json"
    deadline = time.monotonic() + 10
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    entry = json.loads(path.read_text())
    assert (entry["pid"], entry["url"]) == (own_server.process.pid, own_server.url)
    assert own_server.stop() == 0
