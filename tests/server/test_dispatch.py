"""The handler of every request, in this process: decoding, errors, headers, the log."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response

from brickyard.errors import AlreadyExists, BrickyardError, NotFound, StorageFull, WorkerFailed
from brickyard.server.access_log import AccessLog
from brickyard.server.auth.guard import Guard
from brickyard.server.auth.service import Tokens
from brickyard.server.db.database import Database
from brickyard.server.db.engine import open_engine
from brickyard.server.dispatch import Dispatcher
from brickyard.server.route import Permission, json_route, raw_route
from brickyard.server.router import Router
from brickyard.settings import Settings
from brickyard.wire.requests import Request

ERRORS: dict[str, Exception] = {
    "missing": NotFound("no such thing"),
    "taken": AlreadyExists("taken"),
    "full": StorageFull("full"),
    "worker": WorkerFailed("ended"),
    "own": BrickyardError("own"),
    "bug": KeyError("a secret in a traceback"),
}


class Echo(Request, frozen=True):
    required = ("name",)
    name: str = ""
    number: int = 0
    words: list[str] = []


class Fail(Request, frozen=True):
    how: str = ""


async def echo(request: Echo) -> dict[str, Any]:
    """Say it again."""
    return {"name": request.name, "number": request.number, "words": request.words}


async def fail(request: Fail) -> dict[str, Any]:
    """Fail."""
    raise ERRORS[request.how]


async def length(request: HttpRequest) -> Response:
    """Count the bytes."""
    return PlainTextResponse(str(sum([len(chunk) async for chunk in request.stream()])))


async def stock(scope: Any, receive: Any, send: Any) -> None:
    await PlainTextResponse("the stock server")(scope, receive, send)


def _dispatcher(tokens: Any, log: AccessLog) -> Dispatcher:
    rows = [
        json_route("POST", "/echo", Permission.MLFLOW, echo, Echo),
        json_route("GET", "/echo", Permission.MLFLOW, echo, Echo),
        json_route("POST", "/echo/{name}", Permission.MLFLOW, echo, Echo),
        json_route("GET", "/fail", Permission.OPEN, fail, Fail),
        json_route("HEAD", "/fail", Permission.OPEN, fail, Fail),
        json_route("POST", "/locked", Permission.TOKEN, echo, Echo),
        raw_route("PUT", "/length", Permission.MLFLOW, length),
    ]
    return Dispatcher(
        Router(rows),
        Guard(Settings(), tokens),
        log,
        max_body=1024 * 1024,
        fallback=stock,
        is_upstream=lambda path: path.startswith("/stock/"),
        organization_id="42",
    )


def _send(tmp_path: Path, method: str, path: str, **more: Any) -> tuple[httpx.Response, dict[str, Any]]:
    """The answer, and its line in the access log."""

    async def sent() -> httpx.Response:
        engine = open_engine(f"sqlite:///{tmp_path / 'unused.db'}")
        log = AccessLog(tmp_path / "access.jsonl")
        application = _dispatcher(Tokens(Database(engine), "the admin's token"), log)
        transport = httpx.ASGITransport(application, client=("127.0.0.1", 1))
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **more)
        finally:
            log.close()

    response = asyncio.run(sent())
    [line] = (tmp_path / "access.jsonl").read_text().splitlines()
    return response, json.loads(line)


def test_a_body_is_decoded_and_answered(tmp_path: Path) -> None:
    response, line = _send(tmp_path, "POST", "/echo", json={"name": "ü\"'", "number": "5", "more": 1})
    assert response.json() == {"name": "ü\"'", "number": 5, "words": []}
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-databricks-org-id"] == "42"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert (line["method"], line["path"], line["status"], line["client"]) == ("POST", "/echo", 200, "127.0.0.1")
    assert line["id"] == response.headers["x-request-id"]
    assert "error" not in line


def test_a_query_is_decoded(tmp_path: Path) -> None:
    response, _ = _send(tmp_path, "GET", "/echo?name=a%20b&number=7&words=x&words=y&other=1")
    assert response.json() == {"name": "a b", "number": 7, "words": ["x", "y"]}


def test_path_parameters_win(tmp_path: Path) -> None:
    response, _ = _send(tmp_path, "POST", "/echo/a%2Fb?name=query", json={"name": "body", "number": 1})
    assert response.json() == {"name": "a/b", "number": 1, "words": []}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"name": ', "MALFORMED_REQUEST"),
        (b"[]", "MALFORMED_REQUEST"),
        (b"\xff\xfe", "MALFORMED_REQUEST"),
        (b"[" * 200_000, "MALFORMED_REQUEST"),
        (b'{"a":' * 100_000, "MALFORMED_REQUEST"),
        (b'{"name": "a", "number": ' + b"9" * 5000 + b"}", "INVALID_PARAMETER_VALUE"),
        (b'{"name": "a", "number": "x"}', "INVALID_PARAMETER_VALUE"),
        (b'{"name": "a", "words": {"b": 1}}', "INVALID_PARAMETER_VALUE"),
        (b'{"name": ""}', "INVALID_PARAMETER_VALUE"),
        (b"", "INVALID_PARAMETER_VALUE"),
    ],
)
def test_bad_bodies(tmp_path: Path, body: bytes, code: str) -> None:
    response, line = _send(tmp_path, "POST", "/echo", content=body)
    assert response.status_code == 400
    assert response.json()["error_code"] in {code, "MALFORMED_REQUEST"}
    assert line["error"] == response.json()["error_code"]


@pytest.mark.parametrize(
    "path", ["/echo?name=%ff", "/echo?" + "&".join(["a=1"] * 2000), "/echo?name=a&number=x", "/echo?words=a"]
)
def test_bad_queries(tmp_path: Path, path: str) -> None:
    response, _ = _send(tmp_path, "GET", path)
    assert response.status_code == 400
    assert response.json()["message"]


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("missing", 404, "RESOURCE_DOES_NOT_EXIST"),
        ("taken", 400, "RESOURCE_ALREADY_EXISTS"),
        ("full", 507, "RESOURCE_EXHAUSTED"),
        ("worker", 503, "TEMPORARILY_UNAVAILABLE"),
        ("own", 500, "INTERNAL_ERROR"),
    ],
)
def test_errors_have_their_status(tmp_path: Path, how: str, status: int, code: str) -> None:
    response, line = _send(tmp_path, "GET", f"/fail?how={how}")
    assert (response.status_code, response.json()["error_code"]) == (status, code)
    assert (line["status"], line["error"]) == (status, code)


def test_a_bug_shows_an_id_and_no_traceback(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    response, line = _send(tmp_path, "GET", "/fail?how=bug", headers={"X-Request-Id": "my-id-1"})
    assert response.status_code == 500
    assert response.json()["error_code"] == "INTERNAL_ERROR"
    assert "my-id-1" in response.json()["message"]
    assert "secret" not in response.text
    assert "a secret in a traceback" in caplog.text
    assert line["id"] == "my-id-1"


def test_head_has_no_body(tmp_path: Path) -> None:
    response, _ = _send(tmp_path, "HEAD", "/fail?how=missing")
    assert (response.status_code, response.content) == (404, b"")


@pytest.mark.parametrize("sent", ["", "a" * 65, "semi;colon", "new\\nline"])
def test_a_strange_request_id_is_replaced(tmp_path: Path, sent: str) -> None:
    response, _ = _send(tmp_path, "POST", "/echo", json={"name": "a"}, headers={"X-Request-Id": sent})
    assert response.headers["x-request-id"] != sent


def test_an_unknown_path(tmp_path: Path) -> None:
    response, _ = _send(tmp_path, "GET", "/nothing")
    assert (response.status_code, response.json()["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


def test_a_wrong_method_names_the_right_ones(tmp_path: Path) -> None:
    response, _ = _send(tmp_path, "DELETE", "/echo")
    assert response.status_code == 404
    assert "GET, POST" in response.json()["message"]


def test_paths_of_the_stock_server_go_there(tmp_path: Path) -> None:
    response, _ = _send(tmp_path, "GET", "/stock/x")
    assert response.text == "the stock server"
    refused, _ = _send(_fresh(tmp_path), "GET", "/stock/x", headers={"Authorization": "Bearer wrong"})
    assert refused.status_code == 401


def test_a_row_that_needs_a_token(tmp_path: Path) -> None:
    refused, _ = _send(tmp_path, "POST", "/locked", json={"name": "a"})
    assert refused.status_code == 401
    headers = {"Authorization": "Bearer the admin's token"}
    served, _ = _send(_fresh(tmp_path), "POST", "/locked", json={"name": "a"}, headers=headers)
    assert served.status_code == 200


def test_a_large_body_is_refused_after_it_was_read(tmp_path: Path) -> None:
    read = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(40):
            read += 65536
            yield b" " * 65536

    response, _ = _send(tmp_path, "POST", "/echo", content=chunks())
    assert (response.status_code, response.json()["error_code"]) == (413, "MAX_BLOCK_SIZE_EXCEEDED")
    assert read == 40 * 65536


def test_a_stream_is_not_limited(tmp_path: Path) -> None:
    response, _ = _send(tmp_path, "PUT", "/length", content=b"x" * 3_000_000)
    assert response.text == "3000000"


def test_other_protocols_are_left_alone() -> None:
    async def unexpected(*_: Any) -> None:
        raise AssertionError("nothing is received or sent")

    async def sent() -> None:
        dispatcher = _dispatcher(SimpleNamespace(), AccessLog(None))
        await dispatcher({"type": "lifespan"}, unexpected, unexpected)

    asyncio.run(sent())


def _fresh(folder: Path) -> Path:
    fresh = folder / "next"
    fresh.mkdir()
    return fresh
