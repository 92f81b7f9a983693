"""A row of the binding table: method and path, the verb that answers, the permission it needs."""

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from brickyard.wire.requests import Request


class Permission(enum.Enum):
    """What a request must show."""

    OPEN = "nothing"
    MLFLOW = "a token, or a client on this machine of a server that listens on loopback"
    PAGE = "as MLFLOW, or the console's cookie"
    TOKEN = "a token, or the console's cookie"


Verb = Callable[[Any], Awaitable[Any]]
RawVerb = Callable[[HttpRequest], Awaitable[Response]]
Decoded = TypeVar("Decoded", bound=Request)


@dataclass(frozen=True, slots=True)
class Route:
    """Either a JSON row (`request` says what is decoded; the answer is encoded) or a raw row (HTTP in, HTTP out).

    `path` has `{name}` for one segment and, at its end, `{name:rest}` for all that follows.
    """

    method: str
    path: str
    permission: Permission
    verb: Verb
    request: type[Request] | None
    summary: str


def json_route(
    method: str,
    path: str,
    permission: Permission,
    verb: Callable[[Decoded], Awaitable[Any]],
    request: type[Decoded],
) -> Route:
    """A row whose verb takes the decoded request; the first line of its docstring is the row's summary."""
    return Route(method, path, permission, verb, request, _summary(verb))


def raw_route(method: str, path: str, permission: Permission, verb: RawVerb) -> Route:
    """A row whose verb takes Starlette's request and answers Starlette's response: streams, pages, files."""
    return Route(method, path, permission, verb, None, _summary(verb))


def mlflow_routes(
    method: str, path: str, verb: Callable[[Decoded], Awaitable[Any]], request: type[Decoded], version: str = "2.0"
) -> tuple[Route, ...]:
    """The rows of one MLflow call: clients use /api, the web UI /ajax-api."""
    return tuple(
        json_route(method, f"/{prefix}/{version}/mlflow/{path}", Permission.MLFLOW, verb, request)
        for prefix in ("api", "ajax-api")
    )


def _summary(verb: Callable[..., Any]) -> str:
    return (verb.__doc__ or "").strip().split("\n", 1)[0]
