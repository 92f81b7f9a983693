"""Running the server: one lock on the home, one port, a graceful stop."""

import asyncio
import fcntl
import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import uvicorn

from brickyard.errors import HomeInUse, HomeUnusable
from brickyard.server.app import binding_table
from brickyard.server.auth.guard import Guard
from brickyard.server.context import Context, open_context
from brickyard.server.dispatch import Dispatcher
from brickyard.server.router import Router
from brickyard.server.upstream.environment import is_upstream_path
from brickyard.settings import Settings

GRACEFUL_SECONDS = 10  # for requests that are under way when the server is told to stop
BACKLOG = 2048
STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def locked_home(settings: Settings) -> Iterator[None]:
    """The home, held by this process alone.

    Raises:
        HomeInUse: another server holds it; the message names its process and address.
    """
    home = settings.layout
    home.create()
    try:
        lock = home.lock.open("a+")
    except OSError as error:
        raise HomeUnusable(f"the home folder {home.root} cannot be written: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HomeInUse(
                f"The home folder {home.root} is held by {_holder(lock)}. Stop it, or use another --home."
            ) from None
        lock.seek(0)
        lock.truncate()
        lock.write(json.dumps({"pid": os.getpid(), "url": settings.url}))
        lock.flush()
        yield


def _holder(lock: IO[str]) -> str:
    lock.seek(0)
    try:
        entry = json.loads(lock.read())
    except ValueError:
        return "another server"
    return f"the server with process id {entry['pid']} at {entry['url']}"


class _Server(uvicorn.Server):
    """uvicorn ends the process by the signal that stopped it; we still have a database and children to close."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in STOPPING:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in STOPPING:
                loop.remove_signal_handler(number)


def serve(settings: Settings, announce: Callable[[Context], None]) -> None:
    """Serve until SIGINT or SIGTERM. `announce` is called once requests are answered.

    Raises:
        HomeInUse, HomeUnusable: the message tells why, and what to do.
    """
    with locked_home(settings), _listening(settings) as listener:
        uvicorn_loop = asyncio.Runner(loop_factory=_event_loop())
        with uvicorn_loop as runner:
            runner.run(_serve(settings, listener, announce))


def _event_loop() -> Callable[[], asyncio.AbstractEventLoop]:
    import uvloop

    return uvloop.new_event_loop


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
        except OSError as error:
            raise HomeUnusable(
                f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Choose another --port."
            ) from error
        listener.listen(BACKLOG)
        yield listener


async def _serve(settings: Settings, listener: socket.socket, announce: Callable[[Context], None]) -> None:
    async with open_context(settings) as context:
        dispatcher = Dispatcher(
            Router(binding_table(context)),
            Guard(settings, context.tokens),
            context.access_log,
            max_body=settings.max_body_mb * 1024 * 1024,
            fallback=context.upstream,
            is_upstream=is_upstream_path,
            organization_id=context.organization_id,
        )
        config = uvicorn.Config(
            dispatcher,
            http="httptools",
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
            timeout_keep_alive=75,
        )
        server = _Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not task.done():
            await asyncio.sleep(0.005)
        if server.started:
            _write_server_file(settings)
            announce(context)
        try:
            await task
        finally:
            settings.layout.server_file.unlink(missing_ok=True)


def _write_server_file(settings: Settings) -> None:
    entry = {"pid": os.getpid(), "port": settings.port, "url": settings.url, "started_at": int(time.time() * 1000)}
    path = settings.layout.server_file
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(entry), "utf-8")
    temporary.replace(path)
