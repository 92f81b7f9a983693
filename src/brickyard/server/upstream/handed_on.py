"""A native row that leaves its request to the stock server."""

from typing import Any

from starlette.responses import Response

from brickyard.server.upstream.proxy import Receive, Send, Upstream


class HandedOn(Response):
    """A request whose body was read here and which the stock server answers."""

    def __init__(self, upstream: Upstream, body: bytes) -> None:
        super().__init__()
        self._upstream = upstream
        self._received = body

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        body: bytes | None = self._received

        async def replayed() -> Any:
            nonlocal body
            if body is None:
                return await receive()
            message, body = {"type": "http.request", "body": body, "more_body": False}, None
            return message

        await self._upstream(scope, replayed, send)
