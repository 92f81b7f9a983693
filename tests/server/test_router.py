"""From paths to rows."""

from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.server.route import Permission, Route
from brickyard.server.router import Router


def _row(method: str, path: str) -> Route:
    async def verb(_: Any) -> None:
        """Nothing."""

    return Route(method, path, Permission.OPEN, verb, None, path)


ROUTER = Router(
    [
        _row("GET", "/fixed"),
        _row("POST", "/fixed"),
        _row("GET", "/things/{name}"),
        _row("DELETE", "/things/{name}"),
        _row("GET", "/things/special"),
        _row("GET", "/things/{name}/parts/{part}"),
        _row("GET", "/files/{path:rest}"),
        _row("PUT", "/files/{path:rest}"),
        _row("GET", "/files/known"),
    ]
)


def _match(method: str, raw_path: str) -> tuple[str, dict[str, str]] | None:
    found = ROUTER.match(method, unquote(raw_path), raw_path)
    return None if found is None else (found[0].path, found[1])


@pytest.mark.parametrize(
    ("method", "path", "row", "parameters"),
    [
        ("GET", "/fixed", "/fixed", {}),
        ("GET", "/things/a", "/things/{name}", {"name": "a"}),
        ("GET", "/things/special", "/things/special", {}),
        ("DELETE", "/things/special", "/things/{name}", {"name": "special"}),
        ("GET", "/things/a%2Fb", "/things/{name}", {"name": "a/b"}),
        ("GET", "/things/a%252Fb", "/things/{name}", {"name": "a%2Fb"}),
        ("GET", "/things/%C3%BC", "/things/{name}", {"name": "ü"}),
        ("GET", "/things/a/parts/b", "/things/{name}/parts/{part}", {"name": "a", "part": "b"}),
        ("GET", "/files/a/b/c.txt", "/files/{path:rest}", {"path": "a/b/c.txt"}),
        ("GET", "/files/a%20b/%2e%2e", "/files/{path:rest}", {"path": "a b/.."}),
        ("GET", "/files/", "/files/{path:rest}", {"path": ""}),
        ("GET", "/files/known", "/files/known", {}),
        ("PUT", "/files/known", "/files/{path:rest}", {"path": "known"}),
    ],
)
def test_matches(method: str, path: str, row: str, parameters: dict[str, str]) -> None:
    assert _match(method, path) == (row, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/fixed"),
        ("GET", "/fixed/"),
        ("GET", "/things"),
        ("GET", "/things/"),
        ("GET", "/things/a/"),
        ("GET", "/things/a/parts"),
        ("GET", "/things//parts/b"),
        ("GET", "/"),
        ("GET", ""),
        ("get", "/fixed"),
    ],
)
def test_does_not_match(method: str, path: str) -> None:
    assert _match(method, path) is None


def test_methods_of_a_path() -> None:
    assert ROUTER.methods("/fixed", "/fixed") == ("GET", "POST")
    assert ROUTER.methods("/files/x", "/files/x") == ("GET", "PUT")
    assert ROUTER.methods("/nothing", "/nothing") == ()


@pytest.mark.parametrize("path", ["/same", "/same/{name}"])
def test_two_rows_of_one_path_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="two rows"):
        Router([_row("GET", path), _row("GET", path)])


@given(st.text(min_size=1).filter(lambda text: text.encode("utf-8", "ignore").decode() == text))
def test_any_name_comes_back_as_it_was_encoded(name: str) -> None:
    encoded = quote(name, safe="")
    if name == "special":
        return
    assert _match("GET", f"/things/{encoded}") == ("/things/{name}", {"name": name})
    assert _match("GET", f"/things/{encoded}/parts/{encoded}") == (
        "/things/{name}/parts/{part}",
        {"name": name, "part": name},
    )
