"""The server of a home folder: found by what `brickyard up` writes there, started for one run where none runs."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from brickyard.errors import BrickyardError, HomeUnusable, InvalidState
from brickyard.notebook.client import ServerClient
from brickyard.settings import Home

START_SECONDS = 60.0
STOP_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class RunningServer:
    """A server that answers."""

    url: str
    pid: int
    home: Path

    def admin(self) -> ServerClient:
        """A client with the administrator's token, which only the home's owner can read.

        Raises:
            HomeUnusable: the token cannot be read.
        """
        file = Home(self.home).token_file
        try:
            return ServerClient(self.url, file.read_text().strip())
        except OSError as error:
            raise HomeUnusable(f"the administrator's token {file} cannot be read: {error.strerror}") from None


@dataclass(frozen=True, kw_only=True)
class MintedToken:
    value: str
    token_id: str


def find_server(home: Path) -> RunningServer | None:
    """The server that runs on a home, or None. What a killed server has left counts as none."""
    try:
        known = json.loads(Home(home).server_file.read_text())
        server = RunningServer(url=str(known["url"]).rstrip("/"), pid=int(known["pid"]), home=home)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    try:
        answering = ServerClient(server.url, "", timeout=5).get("/api/brickyard/status")
    except BrickyardError:
        return None
    return server if answering.get("pid") == server.pid else None


def require_server(home: Path) -> RunningServer:
    """The server that runs on a home.

    Raises:
        InvalidState: none runs; names the command that starts one.
    """
    server = find_server(home)
    if server is None:
        raise InvalidState(f"no server runs on {home}: start one with `brickyard up --home {home}`")
    return server


@contextmanager
def own_server(home: Path, environment: Mapping[str, str], *, port: int = 0) -> Iterator[RunningServer]:
    """A server for as long as the block lasts.

    Args:
        port: where it listens; 0: on a free port.

    Raises:
        InvalidState: it did not come up; the message carries the last lines of its output.
    """
    Home(home).create()
    log = Home(home).logs / "run-server.log"
    port = port or free_port()
    with log.open("w+b") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "brickyard.cli.main", "up", "--home", str(home), "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,  # Ctrl-C ends the script first, and then the server
        )
        try:
            yield _wait_for(home, process, output)
        finally:
            _stop(process)


def free_port() -> int:
    """A port of this machine's loopback that nobody listens on now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine's loopback now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what a server has just left is free
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def mint_token(server: RunningServer, comment: str, *, pid: int | None, lifetime_s: int | None = None) -> MintedToken:
    """A new token of the server (Databricks token API); with a pid it ends with that process.

    Raises:
        BrickyardError: the server refuses.
    """
    body = {"comment": comment[:250], "pid": pid, "lifetime_seconds": lifetime_s}
    answer = server.admin().post("/api/2.0/token/create", {k: v for k, v in body.items() if v is not None})
    return MintedToken(value=answer["token_value"], token_id=answer["token_info"]["token_id"])


def delete_token(server: RunningServer, token: MintedToken) -> None:
    """Delete a minted token; a server that is gone, or has dropped it, does not matter."""
    with suppress(BrickyardError):
        server.admin().post("/api/2.0/token/delete", {"token_id": token.token_id})


def _wait_for(home: Path, process: "subprocess.Popen[bytes]", output: IO[bytes]) -> RunningServer:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        server = find_server(home)
        if server is not None:
            return server
        if process.poll() is not None:
            break
        time.sleep(0.05)
    output.seek(0)
    said = output.read().decode(errors="replace").strip()[-2000:]
    state = f"ended with {process.returncode}" if process.poll() is not None else "does not answer"
    raise InvalidState(f"the server for {home} {state}: {said or 'it wrote nothing'}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
