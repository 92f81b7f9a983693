"""`for line in logs.logs`: the logs of an endpoint iterate by line, and are the SDK's text in all else."""

import functools
from collections.abc import Iterator
from types import ModuleType
from typing import Any

MODULE = "databricks.sdk.service.serving"
_CLASSES = ("ServerLogsResponse", "BuildLogsResponse")


class LogText(str):
    """A text whose items are its lines."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        return iter(self.splitlines())


def apply(module: ModuleType) -> None:
    """Make `logs` a LogText wherever such an answer is made."""
    for name in _CLASSES:
        cls = getattr(module, name, None)
        if cls is not None and not hasattr(cls.__init__, "__wrapped__"):
            cls.__init__ = _with_log_text(cls.__init__)


def _with_log_text(original: Any) -> Any:
    @functools.wraps(original)
    def __init__(self: Any, *arguments: Any, **more: Any) -> None:
        original(self, *arguments, **more)
        if isinstance(self.logs, str):
            self.logs = LogText(self.logs)

    return __init__
