"""The ASGI application that hands requests to the stock server: bodies are streamed both ways, never held whole.

A request is sent before its answer is read, as HTTP/1.1 clients do; the stock server reads bodies before it answers.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect

from brickyard.errors import TemporarilyUnavailable
from brickyard.server.children.on_demand import ChildOnDemand
from brickyard.server.children.process import Child

if TYPE_CHECKING:
    import httpx

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Header = tuple[bytes, bytes]

CONNECT_S = 10.0
KEEP_ALIVE_S = 60.0
"""Seconds that an idle connection to the process is kept; the process keeps it longer."""

_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding"
    b" upgrade expect".split()
)
_ANNOUNCING = frozenset({b"content-length", b"transfer-encoding"})
# Ours alone: they open our server, and the stock server asks for neither.
_CREDENTIALS = frozenset({b"authorization", b"cookie"})


class Upstream:
    """`await upstream(scope, receive, send)` answers an HTTP request with the stock server's answer.

    Authorization and cookies stay here. There is no limit of time: a model's streamed answer may take minutes; a client
    that goes away ends its request.

    Raises:
        TemporarilyUnavailable: the stock server cannot be started, or ended before it answered.
        ClientDisconnect: the client went away.
    """

    def __init__(self, server: ChildOnDemand) -> None:
        self._server = server
        self._transports: dict[Child, httpx.AsyncHTTPTransport] = {}

    @property
    def state(self) -> str:
        """ "stopped", "starting" or "running"."""
        return self._server.state

    async def close(self) -> None:
        """Close the connections and end the process. Later requests are refused."""
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()
        await self._server.close()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if await self._try_once(scope, receive, send):
            return
        if not await self._try_once(scope, receive, send):
            raise TemporarilyUnavailable("The stock MLflow server does not accept connections.")

    async def _try_once(self, scope: Any, receive: Receive, send: Send) -> bool:
        """False: the process took no connection, so nothing of the request was sent, and it gets no other."""
        httpx = _httpx()
        async with self._server.lease() as process:
            transport = await self._transport(process)
            body = _RequestBody(receive, scope["headers"])
            exchange = asyncio.ensure_future(_exchange(transport, scope, body, send))
            absence = asyncio.ensure_future(body.absence())
            try:
                await asyncio.wait({exchange, absence}, return_when=asyncio.FIRST_COMPLETED)
                if not exchange.done():
                    raise ClientDisconnect
                await exchange
            except (httpx.ConnectError, httpx.ConnectTimeout):
                self._server.retire(process)
                return False
            except _NoAnswer as broken:
                self._server.retire(process)
                raise TemporarilyUnavailable(
                    f"The stock MLflow server ended while it had this request; see {self._server.log}."
                ) from broken
            finally:
                exchange.cancel()
                absence.cancel()
                await asyncio.wait({exchange, absence})
        return True

    async def _transport(self, process: Child) -> "httpx.AsyncHTTPTransport":
        for other in [known for known in self._transports if known.is_dead]:
            await self._transports.pop(other).aclose()
        if process not in self._transports:
            httpx = _httpx()
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=KEEP_ALIVE_S)
            self._transports[process] = httpx.AsyncHTTPTransport(uds=str(process.socket), limits=limits)
        return self._transports[process]


class _NoAnswer(Exception):
    """The connection broke before the answer began."""


class _RequestBody:
    """The client's body as it arrives, and after it the news that the client is gone."""

    def __init__(self, receive: Receive, headers: list[Header]) -> None:
        self._receive = receive
        self.is_announced = any(name in _ANNOUNCING for name, _ in headers)
        self._finished = asyncio.Event()
        if not self.is_announced:
            self._finished.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            if message["body"]:
                yield message["body"]
            if not message.get("more_body"):
                break
        self._finished.set()

    async def absence(self) -> None:
        """Returns when the client is gone; it is listened for once the body is read."""
        await self._finished.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def _exchange(transport: "httpx.AsyncHTTPTransport", scope: Any, body: _RequestBody, send: Send) -> None:
    httpx = _httpx()
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    request = httpx.Request(
        scope["method"],
        "http://stock-mlflow",
        headers=request_headers(scope["headers"]),
        content=body if body.is_announced else None,
        # The bytes of the path as they came: an encoded slash stays one.
        extensions={"target": target, "timeout": {"connect": CONNECT_S}},
    )
    try:
        response = await transport.handle_async_request(request)
    except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError) as error:
        raise _NoAnswer from error
    try:
        headers = response_headers(response.headers.raw)
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        await response.aclose()


def request_headers(headers: list[Header]) -> list[Header]:
    """What the stock server gets of a request's headers (names in lower case)."""
    dropped = _HOP_BY_HOP | _CREDENTIALS | _named_by_connection(headers)
    kept = [(name, value) for name, value in headers if name not in dropped]
    names = {name for name, _ in headers}
    if b"transfer-encoding" in names and b"content-length" not in names:
        kept.append((b"transfer-encoding", b"chunked"))
    return kept


def response_headers(headers: list[Header]) -> list[Header]:
    """What the client gets of the stock server's headers."""
    lowered = [(name.lower(), value) for name, value in headers]
    dropped = _HOP_BY_HOP | _named_by_connection(lowered)
    return [(name, value) for name, value in lowered if name not in dropped]


def _named_by_connection(headers: list[Header]) -> frozenset[bytes]:
    named = (part.strip().lower() for name, value in headers if name == b"connection" for part in value.split(b","))
    return frozenset(named)


def _httpx() -> Any:
    """httpx, imported by the first request: it is 9 MB that a server without the stock process does not hold."""
    import httpx

    return httpx
