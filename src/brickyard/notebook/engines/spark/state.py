"""What a keeper and those who look for it share: its place, its order, its state file and the words between them."""

import contextlib
import os
from pathlib import Path
from typing import Any, Self

import msgspec

from brickyard.notebook.engines.spark.jvm import Launch
from brickyard.settings import Home

FOLDER_PREFIX = "brickyard-spark-"
HELD = 75
"""Exit code of a keeper that finds another one in its place."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a keeper lies: one keeper for one place.

    `runtime` is a folder that nobody else may enter.
    """

    runtime: Path
    log: Path

    @classmethod
    def of_home(cls, home: Home) -> Self:
        return cls(runtime=home.runtime, log=home.logs / "spark.log")

    @property
    def lock(self) -> Path:
        return self.runtime / "spark.lock"

    @property
    def state(self) -> Path:
        return self.runtime / "spark.json"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a keeper is told on its standard input."""

    place: Place
    launch: Launch
    idle_s: float
    python: str
    """The interpreter for Python code of sessions that have not said theirs."""


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The state file: a keeper that is starting (port 0) or runs."""

    pid: int
    fingerprint: str
    folder: Path
    """Its temporary folder, outside the home: paths of sockets have at most 104 bytes."""
    port: int = 0
    token: str = ""
    """Of the Connect server."""

    @property
    def socket(self) -> Path:
        return self.folder / "lease"


class PythonOfSession(msgspec.Struct, frozen=True, kw_only=True):
    """What Python code of a session runs in: the interpreter, the module path, the variables and the folder of the
    process whose session it is."""

    executable: str
    path: tuple[str, ...]
    environment: dict[str, str]
    folder: str


class Join(msgspec.Struct, frozen=True, kw_only=True, tag="join"):
    """A user's first message. Its session has the key (`user`, `session`) on the Connect server."""

    fingerprint: str
    user: str
    session: str
    python: PythonOfSession


class Bind(msgspec.Struct, frozen=True, kw_only=True, tag="bind"):
    """A user's second message: the server's own id of the session, by which Spark's Python workers know it."""

    server_session: str


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag="welcome"):
    """The answer to Join when the JVM answers, and to Bind."""

    port: int
    token: str


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The answer to who cannot be served.

    `ends`: the keeper ends now, as nobody uses it; another one can take its place.
    """

    reason: str
    ends: bool = False


_WORDS: msgspec.json.Decoder[Join | Bind | Welcome | Refused] = msgspec.json.Decoder(Join | Bind | Welcome | Refused)


def to_line(word: Join | Bind | Welcome | Refused) -> bytes:
    """A message as a line."""
    return msgspec.json.encode(word) + b"\n"


def from_line(line: bytes) -> Join | Bind | Welcome | Refused:
    """The message of a line.

    Raises:
        ValueError: it is none.
    """
    return _WORDS.decode(line)


def read_state(place: Place) -> State | None:
    """The state file, if there is one that can be read."""
    try:
        return msgspec.json.decode(place.state.read_bytes(), type=State, dec_hook=_path)
    except (OSError, ValueError):
        return None


def write_state(place: Place, state: State) -> None:
    """Write the state file, for its owner's eyes alone; it appears whole."""
    temporary = place.state.with_name(f".{place.state.name}.{os.getpid()}")
    with open(temporary, "wb", opener=_private) as file:
        file.write(_encoded(state))
    temporary.replace(place.state)


def remove_state(place: Place) -> None:
    """Remove the state file."""
    with contextlib.suppress(OSError):
        place.state.unlink()


def is_keepers_folder(folder: Path) -> bool:
    """Whether a folder that a state file names is one that a keeper of this user has made."""
    try:
        return folder.name.startswith(FOLDER_PREFIX) and folder.lstat().st_uid == os.getuid()
    except OSError:
        return False


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def order_text(order: Order) -> bytes:
    """An order as its keeper reads it."""
    return _encoded(order)


def read_order(data: bytes) -> Order:
    """The order of a keeper.

    Raises:
        ValueError: it is none.
    """
    return msgspec.json.decode(data, type=Order, dec_hook=_path)


def _encoded(value: Order | State) -> bytes:
    return msgspec.json.encode(value, enc_hook=str)


def _path(kind: type, value: Any) -> Any:
    return kind(value)
