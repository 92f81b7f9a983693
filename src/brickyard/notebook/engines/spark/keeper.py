"""The keeper: one process for a home that owns Spark's JVM, for as long as somebody uses it and a while longer.

`python -m brickyard.notebook.engines.spark.keeper`, an Order on standard input. It goes on in the background, apart
from the run that started it. Users hold a lease: an open connection to its socket, which ends with their process
however that ends; then their session is closed. The JVM's own lease is its standard input: it ends with the keeper.
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import secrets
import shutil
import signal
import sys
import tempfile
from logging.handlers import RotatingFileHandler
from pathlib import Path

import msgspec

from brickyard.notebook.engines.spark import state
from brickyard.notebook.engines.spark.jvm_process import Jvm
from brickyard.notebook.engines.spark.state import Bind, Join, Order, Place, Refused, State, Welcome
from brickyard.notebook.engines.spark.workers import DEFAULT, SessionFiles

MAX_LOG = 4 * 1024 * 1024
"""Bytes of a log, of which there are two: the last one is kept."""
LONGEST_LINE = 4 * 1024 * 1024
WORKERS_GRACE_S = 2.0
"""Seconds in which Python processes of a closed session may end by themselves."""
REFUSAL_S = 5.0
"""Seconds in which whoever waits for a Spark that does not start must have asked why."""

_LOG = logging.getLogger("brickyard.spark")


def main() -> int:
    """Serve until the JVM is not used any more; the exit code of the process that was started, not of the keeper."""
    order = state.read_order(sys.stdin.buffer.read())
    lock = os.open(order.place.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return state.HELD
    if os.fork():
        return 0  # the child has the lock, too
    _log_to(order.place.log)
    try:
        asyncio.run(_keep(order))
    except Exception:  # the process's edge: nobody waits for it, so the log is where it is told
        _LOG.exception("the keeper fails")
    finally:
        os.close(lock)
    return 0


async def _keep(order: Order) -> None:
    _remove_leftovers(order.place)
    folder = Path(tempfile.mkdtemp(prefix=state.FOLDER_PREFIX))
    keeper = Keeper(order, folder)
    try:
        await keeper.run()
    finally:
        state.remove_state(order.place)
        shutil.rmtree(folder, ignore_errors=True)
        _LOG.info("the keeper ends")


class Keeper:
    """Leases one JVM to all who use it. One event loop."""

    def __init__(self, order: Order, folder: Path) -> None:
        self._order = order
        self._files = SessionFiles(folder / "sessions")
        self._files.add(
            DEFAULT, state.PythonOfSession(executable=order.python, path=(), environment={}, folder=str(folder))
        )
        self._state = State(
            pid=os.getpid(),
            fingerprint=order.launch.fingerprint,
            folder=folder,
            token=secrets.token_urlsafe(32),
        )
        self._jvm: Jvm | None = None
        self._ready: asyncio.Future[int | str] = asyncio.get_running_loop().create_future()
        self._users: set[asyncio.Task[None]] = set()
        self._idle: asyncio.TimerHandle | None = None
        self._end = asyncio.Event()
        self._refused = asyncio.Event()

    async def run(self) -> None:
        """Serve until the end: idle for the time, asked to end, or without its JVM."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._end.set)
        server = await asyncio.start_unix_server(self._connected, self._state.socket, limit=LONGEST_LINE)
        state.write_state(self._order.place, self._state)
        jvm = asyncio.create_task(self._run_jvm())
        ended = asyncio.create_task(self._end.wait())
        try:
            await asyncio.wait({jvm, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            state.remove_state(self._order.place)
            server.close()
            for user in self._users:
                user.cancel()
            if self._jvm is not None:
                await self._jvm.stop()
            jvm.cancel()
            ended.cancel()
            await asyncio.gather(jvm, ended, *self._users, return_exceptions=True)

    async def _run_jvm(self) -> None:
        """Start the JVM, and return when it has ended and the users who wait for it have heard why."""
        folder, launch = self._state.folder, self._order.launch
        scratch = folder / "s"
        scratch.mkdir()
        _LOG.info("keeper %d starts Spark for %s", self._state.pid, self._order.place.runtime)
        environment = launch.environment(self._files.launcher, self._state.token)
        try:
            jvm = self._jvm = await Jvm.start(launch.command(scratch), environment, folder, _LOG)
        except OSError as error:
            await self._fail(f"{launch.java} cannot be run: {error.strerror}")
            return
        port = await jvm.ready()
        if port is None:
            code = await jvm.wait()
            await self._fail(f"it ended with status {code}: {jvm.last_words}")
            return
        _LOG.info("Spark answers on port %d, process %d", port, jvm.pid)
        state.write_state(self._order.place, msgspec.structs.replace(self._state, port=port))
        self._ready.set_result(port)
        self._look_at_users()
        code = await jvm.wait()
        if not self._end.is_set():
            _LOG.error("Spark's JVM has ended with status %s", code)

    async def _fail(self, reason: str) -> None:
        _LOG.error("Spark does not start: %s", reason)
        self._ready.set_result(reason)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._refused.wait(), REFUSAL_S)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        user = asyncio.current_task()
        assert user is not None
        self._users.add(user)
        self._stop_timer()
        try:
            await self._serve(reader, writer)
        except (OSError, ValueError) as error:
            _LOG.warning("a user is refused: %s", error)
        finally:
            self._users.discard(user)
            writer.close()
            self._look_at_users()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        word = state.from_line(await reader.readline())
        if not isinstance(word, Join):
            raise ValueError("its first message is not Join")
        if word.fingerprint != self._state.fingerprint:
            await _say(writer, self._refusal())
            return
        port = await asyncio.shield(self._ready)
        if isinstance(port, str):
            await _say(writer, Refused(reason=port))
            self._refused.set()
            return
        welcome = Welcome(port=port, token=self._state.token)
        names = [word.user]
        self._files.add(word.user, word.python)
        try:
            await _say(writer, welcome)
            while line := await reader.readline():
                bind = state.from_line(line)
                if isinstance(bind, Bind):
                    self._files.also(word.user, bind.server_session)
                    names.append(bind.server_session)
                    await _say(writer, welcome)
        finally:
            await self._forget(word, names)

    def _refusal(self) -> Refused:
        """To who needs another Spark than this one, which ends as soon as nobody uses it."""
        others = len(self._users) - 1
        if not others:
            self._end.set()
            return Refused(reason="it ends", ends=True)
        self._order = Order(place=self._order.place, launch=self._order.launch, idle_s=0.0, python=self._order.python)
        return Refused(reason=f"{others} of its users still run")

    async def _forget(self, session: Join, names: list[str]) -> None:
        """Close what is left of a session, so that its queries end and its Python processes, too."""
        for name in names:
            self._files.remove(name)
        jvm = self._jvm
        if jvm is None or self._end.is_set():
            return
        jvm.close_session(session.user, session.session)
        asyncio.get_running_loop().call_later(WORKERS_GRACE_S, self._end_processes, names, jvm.pid)

    def _end_processes(self, names: list[str], jvm: int) -> None:
        for name in names:
            self._files.end_processes(name, jvm)

    def _look_at_users(self) -> None:
        self._stop_timer()
        if not self._users and self._ready.done():
            self._idle = asyncio.get_running_loop().call_later(self._order.idle_s, self._end.set)

    def _stop_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


async def _say(writer: asyncio.StreamWriter, word: Welcome | Refused) -> None:
    writer.write(state.to_line(word))
    await writer.drain()


def _remove_leftovers(place: Place) -> None:
    """Of a keeper that was killed; its JVM ends by itself."""
    before = state.read_state(place)
    if before is not None and state.is_keepers_folder(before.folder):
        shutil.rmtree(before.folder, ignore_errors=True)
    state.remove_state(place)


def _log_to(path: Path) -> None:
    """The keeper's standard streams go nowhere: whoever waits for those of a run must not wait for the keeper."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=MAX_LOG, backupCount=1, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    _LOG.propagate = False


if __name__ == "__main__":
    sys.exit(main())
