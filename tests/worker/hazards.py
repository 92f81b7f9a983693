"""A data worker with further tasks, which do what tasks must not. Run by its path."""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

from brickyard.errors import Conflict, NotFound
from brickyard.worker.process import leave, parse, run
from brickyard.worker.registry import find_task
from brickyard.worker.tasks import Arguments, Task

COMMAND = (sys.executable, "-P", __file__)


class Nothing(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Number(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    value: float = 0


class Text(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    value: str


class Panic(BaseException):
    """As native libraries raise it."""


class Private(NotFound):
    """An error class that the server does not know."""


def echo(arguments: Text) -> str:
    return arguments.value


def sleep(arguments: Number) -> float:
    time.sleep(arguments.value)
    return arguments.value


def note(arguments: Text) -> str:
    """Leave a trace of having run whole, after a while."""
    time.sleep(0.5)
    Path(arguments.value).write_text("done", "ascii")
    return "done"


def facts(arguments: Nothing) -> dict[str, Any]:
    return {"pid": os.getpid(), "environment": dict(os.environ), "threads": threading.active_count()}


def grow(arguments: Number) -> int:
    held = []
    while True:
        held.append(bytearray(os.urandom(1024) * 1024))
        time.sleep(0.001)
        if len(held) > 4096:
            return len(held)


def large(arguments: Number) -> str:
    return "x" * int(arguments.value)


def refuse(arguments: Nothing) -> NoReturn:
    raise Conflict("two at once")


def refuse_privately(arguments: Nothing) -> NoReturn:
    raise Private("not there")


def defect(arguments: Nothing) -> NoReturn:
    raise ZeroDivisionError("secret detail")


def panic(arguments: Nothing) -> NoReturn:
    raise Panic("secret detail")


def leave_at_once(arguments: Nothing) -> NoReturn:
    os._exit(7)


def kill(arguments: Nothing) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def shout(arguments: Nothing) -> str:
    """More than a pipe holds, to standard output."""
    print("noise " * 100_000)
    return "said"


TASKS: dict[str, Task[Any]] = {
    task.name: task
    for task in (
        Task("echo", Text, echo),
        Task("sleep", Number, sleep),
        Task("note", Text, note),
        Task("facts", Nothing, facts),
        Task("grow", Number, grow),
        Task("large", Number, large),
        Task("refuse", Nothing, refuse),
        Task("refuse_privately", Nothing, refuse_privately),
        Task("defect", Nothing, defect),
        Task("panic", Nothing, panic),
        Task("leave", Nothing, leave_at_once),
        Task("kill", Nothing, kill),
        Task("shout", Nothing, shout),
    )
}


def find(name: str) -> Task[Any]:
    return TASKS[name] if name in TASKS else find_task(name)


if __name__ == "__main__":
    run(parse(sys.argv[1:]), find)
    leave(0)
