"""The Lua scripts under a real wrk, against a small HTTP server that records what it is sent."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from bench.tracking.load import run_window

pytestmark = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")


class Recorder(BaseHTTPRequestHandler):
    """Answers every POST with the class's status and keeps the bodies."""

    protocol_version = "HTTP/1.1"
    status: ClassVar[int] = 200
    bodies: ClassVar[list[tuple[str, bytes]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.bodies.append((self.path, body))
        answer = b'{"message":"a \\"quoted\\" word"}'
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def recorder(status: int = 200) -> Iterator[tuple[int, list[tuple[str, bytes]]]]:
    bodies: list[tuple[str, bytes]] = []
    handler = type("Handler", (Recorder,), {"status": status, "bodies": bodies})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], bodies
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def sent(script: str, arguments: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """What one second of a script sends; checks that no two requests are alike and that all are counted."""
    with recorder() as (port, bodies):
        window = run_window(port, script, arguments, connections=2, seconds=1)
    assert window.acknowledged > 0
    assert window.acknowledged <= len(bodies) <= window.sent
    assert len(set(bodies)) == len(bodies)
    return [(path, json.loads(body)) for path, body in bodies]


def test_log_metric_goes_round_the_runs_and_keys() -> None:
    requests = sent("log_metric.lua", ["a,b,c", "2"])
    assert {path for path, _ in requests} == {"/api/2.0/mlflow/runs/log-metric"}
    assert {(body["run_id"], body["key"]) for _, body in requests} == {
        (run, key) for run in "abc" for key in ("metric_0", "metric_1")
    }


def test_log_batch_has_each_key_and_step_once() -> None:
    path, body = sent("log_batch.lua", ["a,b", "10", "100"])[0]
    assert path == "/api/2.0/mlflow/runs/log-batch"
    assert len(body["metrics"]) == 1000
    assert len({(metric["key"], metric["step"]) for metric in body["metrics"]}) == 1000


def test_create_run_names_the_experiment() -> None:
    path, body = sent("create_run.lua", ["17"])[0]
    assert path == "/api/2.0/mlflow/runs/create"
    assert body["experiment_id"] == "17"
    assert len(body["tags"]) == 3


def test_search_changes_its_threshold() -> None:
    path, body = sent("search_runs.lua", ["17", "metrics.m0 > %f and params.p0 = 'c4'", "metrics.m1 DESC", "0"])[0]
    assert path == "/api/2.0/mlflow/runs/search"
    assert body["experiment_ids"] == ["17"]
    assert body["order_by"] == ["metrics.m1 DESC"]
    threshold = float(body["filter"].removeprefix("metrics.m0 > ").removesuffix(" and params.p0 = 'c4'"))
    assert 0.2 <= threshold <= 0.3


def test_refusals_and_small_answers_are_counted() -> None:
    with recorder(503) as (port, _):
        refused = run_window(port, "create_run.lua", ["1"], connections=2, seconds=1)
    assert refused.acknowledged == 0
    assert refused.refused > 0
    assert refused.refusal == '503 {"message":"a \\"quoted\\" word"}'
    with recorder() as (port, _):
        small = run_window(port, "search_runs.lua", ["1", "", "x", "1000"], connections=2, seconds=1)
    assert small.short == small.acknowledged > 0
