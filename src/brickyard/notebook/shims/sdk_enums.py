"""The SDK's enums equal their strings: `endpoint.state.ready == "READY"` is what the guides write.

str() and repr() stay as they are.
"""

from enum import Enum
from types import ModuleType
from typing import Any

MODULE = "databricks.sdk.service.*"


def apply(module: ModuleType) -> None:
    """Change the enums that a service module defines."""
    for cls in list(vars(module).values()):
        if not (isinstance(cls, type) and issubclass(cls, Enum) and cls.__module__ == module.__name__):
            continue
        if issubclass(cls, str) or not all(isinstance(member.value, str) for member in cls):
            continue
        cls.__eq__ = _equal  # type: ignore[method-assign]
        cls.__hash__ = _hash  # type: ignore[method-assign]


def _equal(self: Any, other: object) -> bool:
    return bool(self.value == other) if isinstance(other, str) else self is other


def _hash(self: Any) -> int:
    """Equal objects have equal hashes."""
    return hash(self.value)
