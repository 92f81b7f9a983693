"""What the server tells a zygote, and what it hears: JSON, one object a line.

Orders: `start` (a `StartOrder`), `end` (SIGTERM to a worker, SIGKILL after `grace_s` seconds). Events: `forked` with
the process id, `ready`, `failed` with why the model could not be loaded, `ended` with the exit code (negative: the
signal).
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class StartOrder:
    """A worker to fork.

    Attributes:
        worker: the number that orders and events call it.
        socket: where it shall listen.
        model: the folder of the model's files.
        log: the file for what it writes to its standard output and error.
        environment: added to the zygote's environment variables.
        together: whether requests may share a predict.
        memory_mb: MiB of data that it may hold; 0: no limit.
    """

    worker: int
    socket: str
    model: str
    log: str
    environment: dict[str, str] = field(default_factory=dict)
    together: bool = True
    memory_mb: int = 0


def start_line(order: StartOrder) -> bytes:
    return _line({"order": "start", **asdict(order)})


def end_line(worker: int, grace_s: float) -> bytes:
    return _line({"order": "end", "worker": worker, "grace_s": grace_s})


def event_line(event: str, worker: int, **facts: Any) -> bytes:
    return _line({"event": event, "worker": worker, **facts})


def read_line(line: bytes) -> dict[str, Any]:
    """
    Raises:
        ValueError: not a JSON object.
    """
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _line(message: dict[str, Any]) -> bytes:
    return json.dumps(message).encode() + b"\n"
