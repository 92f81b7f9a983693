"""The stock server on demand: a stand-in application for what is ours, the stock server itself for what is its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.requests import ClientDisconnect

from brickyard.errors import InvalidParameterValue, TemporarilyUnavailable
from brickyard.server.children.on_demand import ChildOnDemand
from brickyard.server.upstream.environment import is_upstream_path, stock_environment
from brickyard.server.upstream.process import COMMAND, stock_program
from brickyard.server.upstream.proxy import Upstream, request_headers, response_headers
from brickyard.settings import clean_environment
from tests.worker.processes import wait_until_gone

ROOT = Path(__file__).parents[2]
STAND_IN = (*COMMAND[:-1], "tests.server.stand_in:application")


@dataclass(frozen=True, kw_only=True)
class Lab:
    """A server on loopback whose every request goes to the upstream, and a client of it."""

    server: ChildOnDemand
    upstream: Upstream
    client: httpx.AsyncClient

    async def facts(self, path: str = "/facts", **options: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(path, **options)).json()
        return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """Short enough for a socket."""
    with TemporaryDirectory(prefix="by-") as name:
        yield Path(name)


def stand_in(folder: Path, *, idle_s: float = 60.0, command: tuple[str, ...] = STAND_IN) -> ChildOnDemand:
    program = stock_program(folder, environment=clean_environment(PYTHONPATH=str(ROOT)), command=command)
    return ChildOnDemand(program, idle_s=idle_s)


def run(server: Callable[[], ChildOnDemand], test: Callable[[Lab], Awaitable[None]]) -> None:
    async def body() -> None:
        async with opened(server()) as lab, asyncio.timeout(60):
            await test(lab)

    asyncio.run(body())


@asynccontextmanager
async def opened(server: ChildOnDemand) -> AsyncIterator[Lab]:
    upstream = Upstream(server)

    async def edge(scope: Any, receive: Any, send: Any) -> None:
        try:
            await upstream(scope, receive, send)
        except TemporarilyUnavailable as error:
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": error.message.encode()})
        except ClientDisconnect:
            pass
        except httpx.RemoteProtocolError:
            pass  # the answer breaks off, and uvicorn cuts the connection

    config = uvicorn.Config(edge, port=0, http="httptools", lifespan="off", log_config=None, ws="none")
    front = uvicorn.Server(config)
    task = asyncio.create_task(front.serve())
    await until(lambda: front.started)
    port = front.servers[0].sockets[0].getsockname()[1]
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield Lab(server=server, upstream=upstream, client=client)
    finally:
        front.should_exit = True
        await task
        await upstream.close()


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and is not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_starts_with_the_first_request_and_once_for_all(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        assert (lab.upstream.state, lab.server.pid) == ("stopped", None)
        first = asyncio.ensure_future(lab.facts())
        await until(lambda: lab.upstream.state == "starting")
        answers = await asyncio.gather(first, *(lab.facts() for _ in range(9)))
        assert {answer["pid"] for answer in answers} == {lab.server.pid}
        assert lab.upstream.state == "running"

    run(lambda: stand_in(folder), test)


def test_paths_queries_methods_and_bodies_go_through_unchanged(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        facts = await lab.facts("/a%2Fb/../c%20d?x=1&y=%2F&y=")
        assert facts["query"] == "x=1&y=%2F&y="
        assert facts["raw_path"].endswith("c%20d")
        assert (await lab.facts("/models/a%2Fb"))["raw_path"] == "/models/a%2Fb"
        for method in ("DELETE", "PATCH", "PUT", "OPTIONS"):
            assert (await lab.client.request(method, "/facts")).json()["method"] == method
        assert (await lab.client.request("DELETE", "/echo", content=b'{"name": "a"}')).content == b'{"name": "a"}'
        assert (await lab.client.post("/echo")).content == b""

    run(lambda: stand_in(folder), test)


def test_credentials_and_hop_by_hop_headers_stay_here(folder: Path) -> None:
    sent = {
        "Authorization": "Bearer secret",
        "Cookie": "brickyard_session=secret",
        "Connection": "keep-alive, X-Mine",
        "X-Mine": "1",
        "X-Workspace": "kept",
        "Host": "bricks.example:80",
    }

    async def test(lab: Lab) -> None:
        answer = await lab.client.get("/facts", headers=sent)
        got = answer.json()["headers"]
        assert (got["host"], got["x-workspace"]) == ("bricks.example:80", "kept")
        assert not {"authorization", "cookie", "x-mine"} & set(got)
        assert answer.headers["x-kept"] == "1"
        assert "x-named" not in answer.headers

    run(lambda: stand_in(folder), test)


def test_header_rules() -> None:
    assert request_headers([(b"transfer-encoding", b"chunked"), (b"te", b"trailers"), (b"accept", b"*/*")]) == [
        (b"accept", b"*/*"),
        (b"transfer-encoding", b"chunked"),
    ]
    assert request_headers([(b"content-length", b"3"), (b"expect", b"100-continue")]) == [(b"content-length", b"3")]
    assert response_headers([(b"Content-Length", b"3"), (b"Keep-Alive", b"1"), (b"Connection", b"close")]) == [
        (b"content-length", b"3")
    ]


def test_bodies_are_streamed_both_ways(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        async with lab.client.stream("GET", "/parts") as answer:
            parts = answer.aiter_raw()
            assert await anext(parts) == b"first"
            await lab.client.get("/release")
            assert await anext(parts) == b"second"

        async def upload() -> AsyncIterator[bytes]:
            yield b"a" * 1000
            while "part of 1000" not in (await lab.facts())["seen"]:
                await asyncio.sleep(0.01)
            yield b"b" * 2000

        assert (await lab.client.post("/echo", content=upload())).content == b"a" * 1000 + b"b" * 2000

    run(lambda: stand_in(folder), test)


def test_a_large_body_arrives_whole(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        body = os.urandom(20_000_000)
        assert (await lab.client.post("/echo", content=body)).content == body

    run(lambda: stand_in(folder), test)


def test_stops_when_idle_and_not_under_a_request(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        async with lab.client.stream("GET", "/parts") as answer:
            parts = answer.aiter_raw()
            await anext(parts)
            first = lab.server.pid
            assert first is not None
            await asyncio.sleep(0.5)
            assert is_alive(first)
            await lab.client.get("/release")
            assert await anext(parts) == b"second"
        await until(lambda: lab.upstream.state == "stopped" and not is_alive(first))
        assert (await lab.facts())["pid"] != first
        assert len(list(folder.glob("*.sock"))) == 1

    run(lambda: stand_in(folder, idle_s=0.2), test)


def test_a_process_that_was_killed_is_replaced(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        first = (await lab.facts())["pid"]
        os.kill(first, signal.SIGKILL)
        wait_until_gone(first)
        assert (await lab.facts())["pid"] != first

    run(lambda: stand_in(folder), test)


def test_a_process_that_ends_under_a_request_fails_that_request_alone(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        first = (await lab.facts())["pid"]
        lost = await lab.client.get("/exit")
        assert lost.status_code == 503
        assert str(lab.server.log) in lost.text
        wait_until_gone(first)
        second = (await lab.facts())["pid"]
        assert second != first
        with pytest.raises(httpx.RemoteProtocolError):
            await lab.client.get("/half")
        wait_until_gone(second)
        assert (await lab.facts())["headers"]

    run(lambda: stand_in(folder), test)


def test_a_client_that_leaves_ends_its_request(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        request = asyncio.ensure_future(lab.client.get("/forever"))
        while "began" not in (await lab.facts())["seen"]:
            await asyncio.sleep(0.01)
        request.cancel()
        while "left" not in (await lab.facts())["seen"]:
            await asyncio.sleep(0.01)

    run(lambda: stand_in(folder), test)


def test_a_start_that_fails_is_told_to_all_who_wait(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        answers = await asyncio.gather(*(lab.client.get("/facts") for _ in range(3)))
        assert [answer.status_code for answer in answers] == [503, 503, 503]
        assert "exit code 7; see" in answers[0].text
        assert lab.upstream.state == "stopped"

    failing = (sys.executable, "-c", "import sys; sys.exit(7)")
    run(lambda: stand_in(folder, command=failing), test)
    run(lambda: stand_in(folder, command=("/nowhere/python",)), refused)


async def refused(lab: Lab) -> None:
    answer = await lab.client.get("/facts")
    assert (answer.status_code, "cannot be started" in answer.text) == (503, True)


def test_close_ends_the_process_and_refuses_later_requests(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        pid = (await lab.facts())["pid"]
        await lab.upstream.close()
        assert not is_alive(pid)
        assert (await lab.client.get("/facts")).text == "The server is stopping."

    run(lambda: stand_in(folder), test)


def test_close_during_a_start_leaves_nothing_behind(folder: Path) -> None:
    async def test(lab: Lab) -> None:
        request = asyncio.ensure_future(lab.client.get("/facts"))
        await until(lambda: lab.upstream.state == "starting")
        await lab.upstream.close()
        assert (await request).status_code == 503
        assert not list(folder.glob("*.sock"))

    run(lambda: stand_in(folder), test)


PARENT = """
import asyncio, os, pathlib, signal, sys
from brickyard.server.children.on_demand import ChildOnDemand
from brickyard.server.upstream.process import stock_program

async def main():
    program = stock_program(pathlib.Path(sys.argv[1]), environment=dict(os.environ), command=sys.argv[2:])
    server = ChildOnDemand(program, idle_s=60)
    async with server.lease() as process:
        print(process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def test_ends_with_a_parent_that_was_killed(folder: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(folder), *STAND_IN]
    ended = subprocess.run(
        command, env=clean_environment(PYTHONPATH=str(ROOT)), capture_output=True, text=True, timeout=60
    )
    pid = int(ended.stdout)
    deadline = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < deadline, "the process outlived its parent"
        time.sleep(0.02)


def test_a_folder_too_deep_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameterValue, match="too long a path"):
        stand_in(tmp_path / ("x" * 100))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/2.0/mlflow/experiments/search", True),
        ("/api/3.0/mlflow/traces", True),
        ("/ajax-api/2.0/mlflow/gateway-proxy", True),
        ("/ajax-api/3.0/jobs/1", True),
        ("/api/2.0/mlflow-artifacts/artifacts/a", True),
        ("/graphql", True),
        ("/v1/traces", True),
        ("/gateway/chat/invocations", True),
        ("/get-artifact", True),
        ("/", False),
        ("/graphql/x", False),
        ("/api/2.0/clusters/list", False),
        ("/api/2.1/unity-catalog/tables", False),
        ("/static-files/static/js/main.js", False),
    ],
)
def test_paths_of_the_stock_server(path: str, expected: bool) -> None:
    assert is_upstream_path(path) is expected


def test_postgresql_is_reached_through_psycopg() -> None:
    environment = stock_environment({"PATH": "/bin"}, database="postgresql://u:p@h/d", artifacts="s3://b/a")
    assert environment["_MLFLOW_SERVER_FILE_STORE"] == "postgresql+psycopg://u:p@h/d"
    assert environment["_MLFLOW_SERVER_ARTIFACT_DESTINATION"] == "s3://b/a"
    assert environment["PATH"] == "/bin"


@pytest.mark.slow
def test_the_stock_server_itself(folder: Path, tmp_path: Path) -> None:
    """It serves our database and our artifact folder, whatever host name the client used."""
    environment = stock_environment(
        clean_environment(), database=f"sqlite:///{tmp_path / 'mlflow.db'}", artifacts=str(tmp_path / "artifacts")
    )

    async def test(lab: Lab) -> None:
        host = {"Host": "bricks.example", "Origin": "http://bricks.example"}
        created = await lab.client.post("/api/2.0/mlflow/experiments/create", json={"name": "été"}, headers=host)
        experiment_id = created.json()["experiment_id"]
        run_of = {"experiment_id": experiment_id, "run_name": "a run"}
        info = (await lab.client.post("/api/2.0/mlflow/runs/create", json=run_of)).json()["run"]["info"]
        assert info["artifact_uri"] == f"mlflow-artifacts:/{experiment_id}/{info['run_id']}/artifacts"
        stored = f"/api/2.0/mlflow-artifacts/artifacts/{experiment_id}/{info['run_id']}/artifacts/notes/a%20b.txt"
        assert (await lab.client.put(stored, content=b"a note" * 100_000)).status_code == 200
        assert (await lab.client.get(stored)).content == b"a note" * 100_000
        assert (tmp_path / "artifacts" / experiment_id / info["run_id"] / "artifacts/notes/a b.txt").is_file()
        shown = await lab.client.get("/get-artifact", params={"path": "notes/a b.txt", "run_id": info["run_id"]})
        assert shown.headers["content-type"].startswith("text/plain")
        traces = {"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment_id}}]}
        assert (await lab.client.post("/api/3.0/mlflow/traces/search", json=traces)).json() == {}
        missing = await lab.client.get("/api/2.0/mlflow/runs/get", params={"run_id": "none"})
        assert (missing.status_code, missing.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
        query = {"query": '{ test(inputString: "a") { output } }'}
        assert json.loads((await lab.client.post("/graphql", json=query)).content)["data"]["test"] == {"output": "a"}

    run(lambda: ChildOnDemand(stock_program(folder, environment=environment), idle_s=60), test)
    log = (folder / "mlflow-server.log").read_text()
    assert "Traceback" not in log
