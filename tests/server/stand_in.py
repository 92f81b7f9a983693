"""An ASGI application in the place of the stock server's, whose requests last as long as a test wants."""

import asyncio
import json
import os
from typing import Any

_seen: list[str] = []
_release = asyncio.Event()


async def application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": f"{message['type']}.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    match scope["path"]:
        case "/echo":
            await _echo(receive, send)
        case "/parts":
            await _parts(send)
        case "/forever":
            await _forever(receive, send)
        case "/release":
            _release.set()
            await _answer(send, b"")
        case "/exit":
            os._exit(3)
        case "/half":
            await _start(send)
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            await asyncio.sleep(0.1)
            os._exit(3)
        case _:
            await _answer(send, json.dumps(_facts(scope)).encode())


def _facts(scope: Any) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "seen": _seen,
        "method": scope["method"],
        "raw_path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": {name.decode(): value.decode() for name, value in scope["headers"]},
    }


async def _echo(receive: Any, send: Any) -> None:
    """Answers with all parts, once the last has come."""
    parts, more = [], True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        parts.append(message["body"])
        _seen.append(f"part of {len(message['body'])}")
    await _answer(send, b"".join(parts))


async def _parts(send: Any) -> None:
    await _start(send)
    await send({"type": "http.response.body", "body": b"first", "more_body": True})
    await _release.wait()
    await send({"type": "http.response.body", "body": b"second"})


async def _forever(receive: Any, send: Any) -> None:
    await receive()
    _seen.append("began")
    await receive()
    _seen.append("left")


async def _answer(send: Any, body: bytes) -> None:
    await _start(send, [(b"x-kept", b"1"), (b"x-named", b"1"), (b"connection", b"x-named")])
    await send({"type": "http.response.body", "body": body})


async def _start(send: Any, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": headers or []})
