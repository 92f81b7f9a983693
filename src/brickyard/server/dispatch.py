"""The one handler of every request: find the row, admit, decode, call, encode, map errors, log."""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from brickyard.errors import BrickyardError, EndpointNotFound, MalformedRequest, RequestTooLarge
from brickyard.server.access_log import AccessLog
from brickyard.server.auth.guard import Guard
from brickyard.server.errors import error_body, status_of
from brickyard.server.route import Permission, Route
from brickyard.server.router import Router
from brickyard.wire.requests import decode_body, decode_mapping, parse_object, query_mapping

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]

logger = logging.getLogger("brickyard.server")

_encode = msgspec.json.Encoder().encode
_JSON = (b"content-type", b"application/json")
DRAIN_LIMIT = 64 * 1024 * 1024  # bytes of a refused body that are read so that the client gets the answer


class Dispatcher:
    """An ASGI application over the binding table.

    `fallback` answers paths that no row has, when `is_upstream(path)` says that the stock server knows them; all others
    get a 404 in the error form of the API.
    """

    def __init__(
        self,
        router: Router,
        guard: Guard,
        log: AccessLog,
        *,
        max_body: int,
        fallback: Application,
        is_upstream: Callable[[str], bool],
        organization_id: str,
    ) -> None:
        self._router = router
        self._guard = guard
        self._log = log
        self._max_body = max_body
        self._fallback = fallback
        self._is_upstream = is_upstream
        self._fixed_headers = (
            (b"x-databricks-org-id", organization_id.encode()),
            (b"x-content-type-options", b"nosniff"),
        )

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        request_id = _request_id(scope)
        status = 0

        async def sending(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._fixed_headers, (b"x-request-id", request_id)]
            await send(message)

        error = ""
        try:
            await self._answer(scope, receive, sending)
        except BrickyardError as refused:
            error = refused.code
            if status:  # an answer is under way: only closing the connection can say that it is not whole
                self._log.record(scope, status, time.perf_counter() - began, request_id, error)
                raise
            await _refuse(scope, sending, refused)
        except ClientDisconnect:
            error = "CLIENT_DISCONNECTED"
        except Exception:  # reason: the edge of the process: the client gets an id, the log gets the traceback
            error = "INTERNAL_ERROR"
            logger.exception("request %s failed: %s %s", request_id.decode(), scope["method"], scope["path"])
            if status == 0:
                message = f"The server failed on this request; its log has the reason under {request_id.decode()}."
                await _refuse(scope, sending, BrickyardError(message))
        self._log.record(scope, status, time.perf_counter() - began, request_id, error)

    async def _answer(self, scope: Any, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        raw_path = scope["raw_path"].decode("latin-1")
        found = self._router.match(method, path, raw_path)
        if found is None:
            await self._answer_unbound(scope, receive, send, raw_path)
            return
        route, parameters = found
        scope["brickyard.principal"] = self._guard.admit(scope, route.permission)
        if route.request is None:
            scope["path_params"] = parameters
            response: Response = await route.verb(HttpRequest(scope, receive))
            await response(scope, receive, send)
            return
        result = await route.verb(await self._decode(route, parameters, scope, receive))
        await _send_json(send, 200, result if isinstance(result, bytes) else _encode(result))

    async def _answer_unbound(self, scope: Any, receive: Receive, send: Send, raw_path: str) -> None:
        method, path = scope["method"], scope["path"]
        if self._is_upstream(path):
            self._guard.admit(scope, Permission.MLFLOW)
            await self._fallback(scope, receive, send)
            return
        allowed = self._router.methods(path, raw_path)
        hint = f"; this path answers {', '.join(allowed)}" if allowed else ""
        raise EndpointNotFound(f"No API found for {method} {path[:300]}{hint}.")

    async def _decode(self, route: Route, parameters: dict[str, str], scope: Any, receive: Receive) -> Any:
        kind = route.request
        if kind is None:
            raise TypeError("a raw row has nothing to decode")
        query: bytes = scope["query_string"]
        body = b"" if scope["method"] == "GET" and query else await self._read_body(scope, receive)
        if not parameters and not query:
            return decode_body(kind, body)
        try:
            pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
        except ValueError as error:
            raise MalformedRequest(f"The query string cannot be read: {error}") from None
        return decode_mapping(kind, {**parse_object(body), **query_mapping(kind, pairs), **parameters})

    async def _read_body(self, scope: Any, receive: Receive) -> bytes:
        """
        Raises:
            RequestTooLarge: over the limit; the rest is read and dropped first, so that the client hears it.
        """
        message = await receive()
        if not message.get("more_body") and message["type"] == "http.request":
            body: bytes = message["body"]
            if len(body) <= self._max_body:
                return body
        parts, size = [], 0
        while True:
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            size += len(message["body"])
            if size <= self._max_body:
                parts.append(message["body"])
            if not message.get("more_body") or size > DRAIN_LIMIT:
                break
            message = await receive()
        if size > self._max_body:
            raise RequestTooLarge(
                f"The request body of {scope['path'][:300]} is larger than {self._max_body // 1024 // 1024} MiB."
            )
        return b"".join(parts)


def _request_id(scope: Any) -> bytes:
    """The client's own id, when it sent a sane one; else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and 0 < len(value) <= 64 and value.replace(b"-", b"").isalnum():
            return bytes(value)
    return secrets.token_hex(8).encode()


async def _send_json(send: Send, status: int, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [_JSON, length]})
    await send({"type": "http.response.body", "body": body})


async def _refuse(scope: Any, send: Send, error: BrickyardError) -> None:
    body = error_body(error)
    await _send_json(send, status_of(error), b"" if scope["method"] == "HEAD" else body)
