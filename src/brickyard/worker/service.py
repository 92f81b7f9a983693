"""Serving calls: a thread per connection, a bounded number of tasks at a time."""

import os
import select
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from brickyard.errors import (
    BrickyardError,
    InvalidParameterValue,
    LimitExceeded,
    MalformedRequest,
    TooManyRequests,
)
from brickyard.worker.connections import Connection
from brickyard.worker.frames import Call, failure_frame, read_call, result_frame
from brickyard.worker.tasks import Task

TASKS_AT_ONCE = 4
MAX_CONNECTIONS = 64


class Service:
    """Answers calls that come over `listener` with the tasks that `find` knows.

    Thread-safety: `stop` may be called from signal handlers, `fail_all` from any thread.
    """

    def __init__(self, listener: socket.socket, find: Callable[[str], Task[Any]]) -> None:
        self._listener = listener
        self._find = find
        self._slots = threading.BoundedSemaphore(TASKS_AT_ONCE)
        self._changed = threading.Condition()
        self._connections: set[Connection] = set()
        self._running: dict[Connection, Call] = {}
        self._wake_read, self._wake_write = os.pipe()

    def run(self) -> None:
        """Serve until `stop`; returns when every call that had come by then is answered."""
        self._listener.setblocking(False)
        while self._wake_read not in select.select([self._listener.fileno(), self._wake_read], [], [])[0]:
            self._accept()
        while self._accept():
            pass
        self._listener.close()
        with self._changed:
            for connection in self._connections:
                connection.end_input()
            self._changed.wait_for(lambda: not self._connections)

    def stop(self) -> None:
        os.write(self._wake_write, b".")

    def fail_all(self, error: BrickyardError) -> None:
        """Answer every call that is under way with an error. The process must end after it."""
        with self._changed:
            for connection, call in self._running.items():
                connection.send(failure_frame(call.id, error))

    def _accept(self) -> bool:
        """Take one connection that waits; False: none does."""
        try:
            peer, _ = self._listener.accept()
        except OSError:
            # None does, or its client was gone before it was served.
            return False
        connection = Connection(peer)
        with self._changed:
            crowded = len(self._connections) >= MAX_CONNECTIONS
            if not crowded:
                self._connections.add(connection)
        if crowded:
            connection.send(failure_frame(0, TooManyRequests("The data worker has too many connections.")))
            connection.close()
        else:
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
        return True

    def _serve(self, connection: Connection) -> None:
        try:
            while (call := self._next_call(connection)) is not None:
                with self._under_way(connection, call):
                    connection.send(self._answer(call))
        finally:
            connection.close()
            with self._changed:
                self._connections.discard(connection)
                self._changed.notify_all()

    def _next_call(self, connection: Connection) -> Call | None:
        try:
            payload = connection.receive()
            return None if payload is None else read_call(payload)
        except (LimitExceeded, MalformedRequest) as error:
            connection.send(failure_frame(0, error))
            return None

    @contextmanager
    def _under_way(self, connection: Connection, call: Call) -> Iterator[None]:
        with self._changed:
            self._running[connection] = call
        try:
            yield
        finally:
            with self._changed:
                self._running.pop(connection, None)

    def _answer(self, call: Call) -> bytes:
        with self._slots:
            try:
                return result_frame(call, self._run_task(call))
            except BrickyardError as error:
                return failure_frame(call.id, error)
            except BaseException as error:  # reason: the thread's edge; native libraries panic with BaseException
                traceback.print_exc(file=sys.stderr)
                kind = type(error).__name__
                return failure_frame(
                    call.id, BrickyardError(f"{call.task} failed inside the data worker ({kind}); its log tells more.")
                )

    def _run_task(self, call: Call) -> Any:
        task = self._find(call.task)
        try:
            arguments = msgspec.msgpack.decode(call.arguments, type=task.arguments)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InvalidParameterValue(f"The arguments of {call.task} do not fit: {error}") from error
        return task.run(arguments)
