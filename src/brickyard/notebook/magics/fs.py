"""%fs: the methods of dbutils.fs as commands."""

import inspect
import shlex
from collections.abc import Callable
from typing import Any

from brickyard.errors import InvalidParameterValue

_RECURSE = frozenset({"-r", "-R", "--recurse", "--recurse=true", "recurse=true"})


def run_fs(line: str, tools: Any, display: Callable[[Any], None]) -> None:
    """Run one `%fs` line, such as `ls /mnt`, `cp -r a b`, `head file 100`; without a command, the help.

    Args:
        tools: dbutils.fs.
        display: shows lists.

    Raises:
        InvalidParameterValue: no such command, or words that it does not take.
    """
    command, *words = shlex.split(line) or ["help"]
    method = getattr(tools, command, None)
    if command.startswith("_") or not callable(method):
        known = sorted(name for name, _ in inspect.getmembers(tools, inspect.ismethod) if not name.startswith("_"))
        raise InvalidParameterValue(f"%fs has no command {command!r}; it has {', '.join(known)}")
    plain = [word for word in words if word not in _RECURSE]
    options: dict[str, Any] = {} if len(plain) == len(words) else {"recurse": True}
    signature = inspect.signature(method)
    try:
        bound = signature.bind(*plain, **options)
    except TypeError as error:
        raise InvalidParameterValue(f"%fs {command}{signature}: {error}") from None
    for name, value in bound.arguments.items():
        bound.arguments[name] = _typed(name, value, signature.parameters[name].annotation)
    _show(method(*bound.args, **bound.kwargs), display)


def _typed(name: str, value: Any, kind: object) -> Any:
    """A word as what its parameter takes."""
    if not isinstance(value, str) or kind not in {bool, int}:
        return value
    try:
        return int(value) if kind is int else {"true": True, "false": False}[value.lower()]
    except (ValueError, KeyError):
        raise InvalidParameterValue(f"%fs: {name} must be {'a number' if kind is int else 'true or false'}") from None


def _show(answer: Any, display: Callable[[Any], None]) -> None:
    if isinstance(answer, list) and answer:
        display(answer)
    elif answer is not None:
        print(answer)
