"""A user's side of the keeper: find it, or start it, and hold a lease on its Spark."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from brickyard.errors import InvalidState
from brickyard.notebook.engines.spark import state
from brickyard.notebook.engines.spark.state import Bind, Join, Order, Place, Refused, State, Welcome
from brickyard.settings import clean_environment

START_SECONDS = 180.0
"""For the JVM, on a slow machine."""
KEEPER_SECONDS = 40.0
"""For the keeper itself, and for the end of another one before it."""
_LOOK_SECONDS = 0.03
_ANEW_SECONDS = 0.5
_KEEPER = "brickyard.notebook.engines.spark.keeper"


class Lease:
    """An open connection to a keeper: its Spark runs on for as long as the connection lasts, or this process."""

    def __init__(self, connection: socket.socket, welcome: Welcome) -> None:
        self._connection = connection
        self.port = welcome.port
        self.token = welcome.token

    @property
    def has_ended(self) -> bool:
        """Whether the keeper has gone, and Spark with it."""
        if self._connection.fileno() < 0:
            return True
        try:
            return not self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def bind(self, server_session: str) -> None:
        """Tell the server's own id of the session.

        Raises:
            InvalidState: the keeper has gone.
        """
        try:
            self._connection.sendall(state.to_line(Bind(server_session=server_session)))
            answer = _read_line(self._connection)
        except OSError:
            answer = b""
        if not answer:
            raise InvalidState("the Spark engine has ended: start the session anew")

    def close(self) -> None:
        """Give the lease back. May be called twice."""
        self._connection.close()


def take_lease(order: Order, join: Join, report: Callable[[str], None]) -> Lease:
    """A lease on the Spark of a place; it is started where none runs.

    Args:
        order: the keeper that is started, if it must be.
        join: who asks.
        report: hears what takes time.

    Raises:
        InvalidState: Spark did not start, with its last words; or one of another version is in use.
    """
    deadline = time.monotonic() + KEEPER_SECONDS
    anew, is_told = 0.0, False
    starting = f"Starting Spark {order.launch.version} (some ten seconds; it stays for the next runs)"
    while True:
        found = state.read_state(order.place)
        connection = None if found is None else _connect(found)
        if found is not None and connection is not None:
            if not found.port and not is_told:
                report(starting)
                is_told = True
            lease = _join(connection, join, order)
            if lease is not None:
                return lease
        elif time.monotonic() >= anew:
            if not is_told:
                report(starting)
                is_told = True
            _start_keeper(order)
            anew = time.monotonic() + _ANEW_SECONDS
        if time.monotonic() > deadline:
            raise InvalidState(f"the keeper of the Spark engine does not start; see {order.place.log}")
        time.sleep(_LOOK_SECONDS)


def stop_keeper(place: Place) -> bool:
    """End the keeper of a place and its Spark, also where they are used; whether there was one.

    Raises:
        InvalidState: it does not end.
    """
    found = state.read_state(place)
    connection = None if found is None else _connect(found)
    if found is None or connection is None:
        return False
    with connection, contextlib.suppress(ConnectionError, TimeoutError):
        connection.settimeout(KEEPER_SECONDS)
        os.kill(found.pid, signal.SIGTERM)
        connection.recv(1)
    deadline = time.monotonic() + KEEPER_SECONDS
    while found.folder.exists():
        if time.monotonic() > deadline:
            raise InvalidState(f"the keeper of the Spark engine, process {found.pid}, does not end")
        time.sleep(_LOOK_SECONDS)
    return True


def _join(connection: socket.socket, join: Join, order: Order) -> Lease | None:
    """The lease; None: the keeper ends, ask again.

    Raises:
        InvalidState: it refuses.
    """
    connection.settimeout(START_SECONDS)
    answer = b""
    try:
        with contextlib.suppress(ConnectionError):
            connection.sendall(state.to_line(join))
            answer = _read_line(connection)
        word = state.from_line(answer) if answer else None
    except TimeoutError:
        connection.close()
        raise InvalidState(f"Spark did not start within {START_SECONDS:g} s; see {order.place.log}") from None
    except BaseException:  # reason: whatever stops the wait, the lease is given back; it goes on
        connection.close()
        raise
    if isinstance(word, Welcome):
        connection.settimeout(None)
        return Lease(connection, word)
    connection.close()
    if isinstance(word, Refused) and not word.ends:
        raise InvalidState(_refusal(word, order))
    return None


def _refusal(word: Refused, order: Order) -> str:
    found = state.read_state(order.place)
    if found is not None and found.fingerprint != order.launch.fingerprint:
        return (
            f"the Spark of {order.place.runtime.parent} is of another version or has another memory setting, and "
            f"{word.reason}: wait for them, or take another home"
        )
    return f"Spark did not start: {word.reason}\nIts log is {order.place.log}"


def _connect(found: State) -> socket.socket | None:
    """A connection to a keeper; None: it is gone."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(found.socket))
    except OSError:
        connection.close()
        return None
    return connection


def _start_keeper(order: Order) -> None:
    """Start one, unless another one has the place.

    Raises:
        InvalidState: it cannot be started.
    """
    order.place.runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = subprocess.run(
        [sys.executable, "-P", "-m", _KEEPER],
        input=state.order_text(order),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**clean_environment(), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        cwd="/",
        start_new_session=True,
        check=False,
    )
    if done.returncode not in {0, state.HELD}:
        said = done.stderr.decode(errors="replace").strip()[-2000:]
        raise InvalidState(f"the keeper of the Spark engine cannot be started: {said}")


def _read_line(connection: socket.socket) -> bytes:
    """A line; empty where the connection has ended."""
    text = b""
    while not text.endswith(b"\n"):
        block = connection.recv(65536)
        if not block:
            return b""
        text += block
    return text
