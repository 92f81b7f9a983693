"""The same calls to the stock MLflow server and to ours: status, error code and body must be the same."""

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import LiveServer, clean_environment, free_port
from tests.server.stock_calls import CALLS
from tests.server.stock_calls.call import Call

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

# Where ours answers otherwise on purpose: call -> reason.
_UNREADABLE = "the stock server drops a value that it cannot read, or all of them; ours says which one it is"
_BROKEN = "the stock server answers with an error of its own inside"
_EMPTY_OBJECT = "an empty JSON object, as all other answers without content have"
_EMPTY_FILE = "an empty file has a size too"
_EMPTY_LIST = "the web UI's comparison of runs fails where the list is left out"
ON_PURPOSE: dict[str, str] = {
    "experiment: malformed JSON": "the stock server goes on as if nothing had been sent",
    "experiment: JSON is a list": _BROKEN,
    "experiment: rename to a taken name": "the stock server shows the SQL; ours the code that creating has",
    "experiment: search bad view": _UNREADABLE,
    "run: create without an experiment": "the stock server shows the SQL; ours takes the default experiment",
    "run: create, time over 64 bit": _UNREADABLE,
    "run: start_time over 64 bit in a string": _UNREADABLE,
    "run: create, tags no list": _UNREADABLE,
    "metric: step over 64 bit": _UNREADABLE,
    "metric: step is a fraction": _UNREADABLE,
    "metric: history of unknown run": "a run that does not exist has no history, not an empty one",
    "run: bad status": _UNREADABLE,
    "inputs: no name": "a data set without a name cannot be found again",
    "logged model: bad status": _UNREADABLE,
    "logged model: search bad filter": _BROKEN,
    "stage: archive into None": _BROKEN,
    "version: source is no URI": _BROKEN,
    "artifacts: none yet": _EMPTY_LIST,
    "artifacts: list missing": _EMPTY_LIST,
    "artifacts: upload": _EMPTY_OBJECT,
    "artifacts: upload odd name": _EMPTY_OBJECT,
    "artifacts: upload empty": _EMPTY_OBJECT,
    "artifacts: list": _EMPTY_FILE,
    "artifacts: list proxied": _EMPTY_FILE,
}

_TIMES = frozenset(
    {
        "creation_time",
        "last_update_time",
        "creation_timestamp",
        "last_updated_timestamp",
        "creation_timestamp_ms",
        "last_updated_timestamp_ms",
    }
)


@dataclass(frozen=True)
class Answer:
    status: int
    code: str
    body: Any
    message: str = field(default="", compare=False)


@contextlib.contextmanager
def stock_server(folder: Path) -> Iterator[str]:
    """The address of a stock server with a database and artifacts of its own."""
    port = free_port()
    command = [
        *(str(Path(sys.executable).parent / "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", f"sqlite:///{folder}/stock.db", "--workers", "1"),
        *("--artifacts-destination", str(folder / "artifacts")),
    ]
    environment = {**clean_environment(), "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "stock.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 90
        while not _is_up(port):
            assert process.poll() is None, (folder / "stock.log").read_text()
            assert time.monotonic() < deadline, (folder / "stock.log").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        live = LiveServer(folder, process=process)
        process.terminate()
        live.kill()


def _is_up(port: int) -> bool:
    with contextlib.suppress(requests.RequestException):
        return requests.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == 200
    return False


def answers_of(url: str) -> dict[str, Answer]:
    kept: dict[str, str] = {}
    found = {}
    with requests.Session() as session:
        for call in CALLS:
            response = _sent(session, url, call, kept)
            body = _json(response)
            for name, path in call.keep.items():
                assert response.ok, f"{call.name}: {body}"
                kept[name] = _at(body, path)
            found[call.name] = _answer(response, body, kept)
    return found


def _sent(session: requests.Session, url: str, call: Call, kept: dict[str, str]) -> requests.Response:
    if call.raw is not None:
        headers = {"Content-Type": "application/json"} if call.path.startswith("/api/2.0/mlflow/") else {}
        return session.request(call.method, url + _filled(call.path, kept), data=call.raw, headers=headers, timeout=30)
    return session.request(
        call.method,
        url + _filled(call.path, kept),
        params=_filled(call.query, kept),
        json=_filled(call.body, kept),
        timeout=30,
    )


def _filled(value: Any, kept: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: kept.get(match[1], match[0]), value)
    if isinstance(value, dict):
        return {key: _filled(item, kept) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, kept) for item in value]
    return value


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text


def _at(body: Any, path: str) -> str:
    for step in path.split("."):
        body = body[step]
    return str(body)


def _answer(response: requests.Response, body: Any, kept: dict[str, str]) -> Answer:
    if response.status_code >= 400:
        parts = body if isinstance(body, dict) else {}
        message = _plain(str(parts.get("message", "")), kept)
        return Answer(response.status_code, str(parts.get("error_code", "")), None, message)
    return Answer(response.status_code, "", _normal(body, kept))


def _normal(value: Any, kept: dict[str, str], key: str = "") -> Any:
    """Without what differs from server to server: ids, the server's own times, page tokens, order of tags."""
    if isinstance(value, dict):
        # A new run's outputs are left out by the one and empty in the other.
        return {name: _normal(item, kept, name) for name, item in value.items() if (name, item) != ("outputs", {})}
    if isinstance(value, list):
        items = [_normal(item, kept) for item in value]
        return sorted(items, key=json.dumps) if key in {"tags", "params", "metrics"} else items
    if key in _TIMES:
        return "<time>"
    if key == "next_page_token":
        return "<token>" if value else ""
    return _plain(value, kept) if isinstance(value, str) else value


def _plain(text: str, kept: dict[str, str]) -> str:
    for name, value in kept.items():
        if len(value) > 8:
            text = text.replace(value, f"<{name}>")
    return re.sub(r"[0-9a-f]{32}", "<id>", text)


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Answer]]:
    with stock_server(tmp_path_factory.mktemp("stock")) as url:
        yield answers_of(url)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Answer]]:
    live = LiveServer(tmp_path_factory.mktemp("ours") / "home")
    live.start()
    try:
        yield answers_of(live.url)
    finally:
        live.kill()


@pytest.mark.parametrize("name", [call.name for call in CALLS])
def test_answers_as_the_stock_server(name: str, stock: dict[str, Answer], ours: dict[str, Answer]) -> None:
    if name in ON_PURPOSE:
        assert ours[name] != stock[name], "this is no difference any more: take it out of the table"
        assert ours[name].status < 500
        return
    assert ours[name] == stock[name], (ours[name].message, stock[name].message)
