"""The process of the stock MLflow server: its ASGI application on a unix socket, ended with its parent.

`python -m brickyard.server.upstream.child APPLICATION --socket PATH`. Standard output carries one line, READY, once
requests are answered; all else goes to standard error. Standard input is the parent's lifeline: its end ends this
process.
"""

import argparse
import asyncio
import os
import socket
import sys
import threading

import uvicorn

READY = b"READY\n"
KEEP_ALIVE_S = 600
"""Seconds until an idle connection is closed: longer than the parent keeps one, so that none closes under a request."""
GRACEFUL_S = 5


class _AnnouncingServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: int) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            os.write(self._ready, READY)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("application", help="module:name of the ASGI application")
    parser.add_argument("--socket", required=True, help="path of the unix socket to listen on")
    options = parser.parse_args()
    lifeline, ready = _take_standard_streams()
    threading.Thread(target=_end_with_parent, args=(lifeline,), name="lifeline", daemon=True).start()
    config = uvicorn.Config(
        options.application,
        uds=options.socket,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACEFUL_S,
    )
    server = _AnnouncingServer(config, ready)
    asyncio.run(server.serve())
    return 0 if server.started else 1


def _take_standard_streams() -> tuple[int, int]:
    """(lifeline, ready): copies of the first two descriptors that neither prints nor child processes reach."""
    lifeline, ready = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return lifeline, ready


def _end_with_parent(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os._exit(1)  # reason: whoever would wait for a graceful end is gone


if __name__ == "__main__":
    sys.exit(main())
