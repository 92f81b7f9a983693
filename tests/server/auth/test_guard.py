"""Who is let in: every combination that a browser, a client or another machine may send."""

import base64
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import PermissionDenied, Unauthenticated
from brickyard.server.auth.guard import COOKIE, Guard
from brickyard.server.auth.service import Tokens
from brickyard.server.db.database import Database
from brickyard.server.route import Permission
from brickyard.settings import Settings

ADMIN = "dapi0123456789abcdef"
HOST = "127.0.0.1:5000"
ALL = list(Permission)


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(cast(Database, None), ADMIN)  # only stored tokens need the database


@pytest.fixture(scope="module")
def admit(tokens: Tokens) -> Callable[..., str]:
    def check(
        permission: Permission, *, settings: Settings | None = None, client: str = "127.0.0.1", **headers: str
    ) -> str:
        scope: dict[str, Any] = {
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in {"host": HOST, **headers}.items()],
            "client": (client, 1),
        }
        return Guard(settings or Settings(), tokens).admit(scope, permission).name

    return check


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("permission", ALL)
@pytest.mark.parametrize("header", [f"Bearer {ADMIN}", f"bearer {ADMIN}", _basic("token", ADMIN), _basic(ADMIN, "")])
def test_a_right_token_opens_everything(admit: Callable[..., str], permission: Permission, header: str) -> None:
    assert admit(permission, authorization=header) == "admin"
    assert admit(permission, authorization=header, host="elsewhere.example", client="10.0.0.9") == "admin"


@pytest.mark.parametrize("permission", ALL)
@pytest.mark.parametrize(
    "header",
    [
        "Bearer wrong",
        "Bearer ",
        "Bearer",
        f"Token {ADMIN}",
        "Basic !!!",
        "Basic ",
        _basic("a", "b"),
        f"Bearer {ADMIN}x",
        "\xff",
    ],
)
def test_a_wrong_token_is_always_refused(admit: Callable[..., str], permission: Permission, header: str) -> None:
    with pytest.raises(Unauthenticated):
        admit(permission, authorization=header)


@given(header=st.text(st.characters(max_codepoint=255), min_size=1))
def test_no_header_but_the_right_one_gets_in(admit: Callable[..., str], header: str) -> None:
    with pytest.raises(Unauthenticated):
        admit(Permission.OPEN, authorization=header)


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("permission", [Permission.OPEN, Permission.MLFLOW, Permission.PAGE])
def test_this_machine_needs_no_token(admit: Callable[..., str], client: str, permission: Permission) -> None:
    assert admit(permission, client=client) == ""


def test_some_rows_need_a_token_from_everybody(admit: Callable[..., str]) -> None:
    with pytest.raises(Unauthenticated, match="brickyard env"):
        admit(Permission.TOKEN)


@pytest.mark.parametrize("client", ["10.0.0.9", "192.168.1.7", "2001:db8::1", ""])
@pytest.mark.parametrize("permission", [Permission.MLFLOW, Permission.PAGE, Permission.TOKEN])
def test_other_machines_need_one(admit: Callable[..., str], client: str, permission: Permission) -> None:
    with pytest.raises(Unauthenticated):
        admit(permission, client=client)


@pytest.mark.parametrize("permission", [Permission.MLFLOW, Permission.PAGE])
def test_a_server_for_others_asks_this_machine_too(admit: Callable[..., str], permission: Permission) -> None:
    with pytest.raises(Unauthenticated):
        admit(permission, settings=Settings(host="0.0.0.0"))
    assert admit(Permission.OPEN, settings=Settings(host="0.0.0.0")) == ""


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[", "localhost.evil:5000", "127.0.0.2:5000"]
)
def test_a_rebound_name_is_refused(admit: Callable[..., str], host: str) -> None:
    with pytest.raises(PermissionDenied):
        admit(Permission.MLFLOW, host=host)


@pytest.mark.parametrize("host", ["localhost:5000", "LOCALHOST", "127.0.0.1", "[::1]:5000"])
def test_names_of_this_machine(admit: Callable[..., str], host: str) -> None:
    assert admit(Permission.MLFLOW, host=host) == ""


def test_allowed_hosts(admit: Callable[..., str]) -> None:
    settings = Settings(allowed_hosts="bricks.example, other.example")
    assert admit(Permission.MLFLOW, host="Bricks.example:5000", settings=settings) == ""
    with pytest.raises(PermissionDenied):
        admit(Permission.MLFLOW, host="third.example", settings=settings)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://[",
        f"http://{HOST}.evil.example",
        "http://127.0.0.1:6000",
        f"ftp://{HOST}",
    ],
)
def test_pages_of_others_are_refused(admit: Callable[..., str], origin: str) -> None:
    with pytest.raises(PermissionDenied):
        admit(Permission.MLFLOW, origin=origin)


@pytest.mark.parametrize("origin", [f"http://{HOST}", f"https://{HOST}", f"HTTP://{HOST}"])
def test_our_own_pages_are_served(admit: Callable[..., str], origin: str) -> None:
    assert admit(Permission.MLFLOW, origin=origin) == ""


def test_the_console_cookie(admit: Callable[..., str], tokens: Tokens) -> None:
    session = tokens.sign_in(tokens.new_sign_in_code())
    cookie = f"other=1; {COOKIE}={session}"
    assert admit(Permission.TOKEN, cookie=cookie) == "admin"
    assert admit(Permission.PAGE, cookie=cookie, client="10.0.0.9") == "admin"
    with pytest.raises(PermissionDenied):
        admit(Permission.TOKEN, cookie=cookie, origin="http://evil.example")
    with pytest.raises(PermissionDenied):
        admit(Permission.TOKEN, cookie=cookie, host="evil.example")


@pytest.mark.parametrize("cookie", [f"{COOKIE}=wrong", f"{COOKIE}=", "=", ";;;", "a=b", f'{COOKIE}="\xff'])
def test_a_wrong_cookie_is_as_none(admit: Callable[..., str], cookie: str) -> None:
    with pytest.raises(Unauthenticated):
        admit(Permission.TOKEN, cookie=cookie)
    assert admit(Permission.MLFLOW, cookie=cookie) == ""


def test_a_sign_in_code_works_once(tokens: Tokens) -> None:
    code = tokens.new_sign_in_code()
    assert tokens.sign_in(code)
    assert tokens.sign_in(code) is None
    assert tokens.sign_in("wrong") is None
