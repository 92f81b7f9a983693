"""What a task is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every task's arguments."""


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Task(Generic[A]):
    """A function that the server may call by name. It runs on any thread, several at a time.

    Raises:
        from `run`: errors of `brickyard.errors`, which reach the caller; any other is a defect, and is logged.
    """

    name: str
    arguments: type[A]
    run: Callable[[A], Any]
    """Gives what MessagePack takes: structs, dataclasses, plain values."""


class TableArguments(Arguments, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table that a task works on."""

    location: str
    """An absolute path, or a URI."""
    options: dict[str, str] = {}
    """Settings of the object store."""
