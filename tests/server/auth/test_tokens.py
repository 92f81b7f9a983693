"""Tokens of a live server: made, used, listed, ended."""

import subprocess
import sys
import time
from typing import Any

import pytest

from tests.conftest import LiveServer

TOKEN = "/api/2.0/token/"


def _create(server: LiveServer, **body: Any) -> dict[str, Any]:
    response = server.post(TOKEN + "create", body)
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


def _status_with(server: LiveServer, value: str) -> int:
    return server.get(TOKEN + "list", headers={"Authorization": f"Bearer {value}"}).status_code


def test_a_token_lives_until_it_is_deleted(server: LiveServer) -> None:
    made = _create(server, comment="for a test")
    assert _status_with(server, made["token_value"]) == 200
    listed = server.get(TOKEN + "list")
    assert made["token_info"] in listed.json()["token_infos"]
    assert made["token_info"]["expiry_time"] == -1
    assert made["token_value"] not in listed.text
    body = {"token_id": made["token_info"]["token_id"]}
    assert server.post(TOKEN + "delete", body).status_code == 200
    assert _status_with(server, made["token_value"]) == 401
    assert server.post(TOKEN + "delete", body).status_code == 404


def test_a_token_ends_with_its_time(server: LiveServer) -> None:
    made = _create(server, lifetime_seconds=1)
    assert _status_with(server, made["token_value"]) == 200
    time.sleep(1.1)
    assert _status_with(server, made["token_value"]) == 401


def test_a_token_ends_with_its_process(server: LiveServer) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        made = _create(server, pid=process.pid)
        assert _status_with(server, made["token_value"]) == 200
        assert process.stdin is not None
        process.stdin.close()
        process.wait(10)
    assert _status_with(server, made["token_value"]) == 401


def test_tokens_survive_a_restart_and_dead_ones_are_dropped(own_server: LiveServer) -> None:
    kept, short = _create(own_server), _create(own_server, lifetime_seconds=1)
    own_server.kill()
    time.sleep(1.0)
    own_server.start()
    assert _status_with(own_server, kept["token_value"]) == 200
    ids = {info["token_id"] for info in own_server.get(TOKEN + "list").json()["token_infos"]}
    assert kept["token_info"]["token_id"] in ids
    assert short["token_info"]["token_id"] not in ids


@pytest.mark.parametrize(
    "body",
    [
        {"lifetime_seconds": 0},
        {"lifetime_seconds": -5},
        {"lifetime_seconds": 2**62},
        {"lifetime_seconds": "soon"},
        {"comment": "c" * 251},
        {"pid": 2**40},
        {"pid": 0},
        {"pid": -1},
    ],
)
def test_bad_tokens_are_refused(server: LiveServer, body: dict[str, Any]) -> None:
    response = server.post(TOKEN + "create", body)
    assert (response.status_code, response.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("call", ["create", "delete"])
def test_tokens_are_not_made_without_one(server: LiveServer, call: str) -> None:
    assert server.post(TOKEN + call, {}, token=False).status_code == 401
    assert server.get(TOKEN + "list", token=False).status_code == 401


def test_the_token_file_is_the_users_alone(server: LiveServer) -> None:
    assert (server.home / "runtime" / "token").stat().st_mode & 0o077 == 0
    assert (server.home / "runtime").stat().st_mode & 0o077 == 0
