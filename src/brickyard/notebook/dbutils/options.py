"""Scala's Option and Map, as far as notebooks see them through dbutils.notebook.entry_point."""

from collections.abc import Mapping

from brickyard.errors import NotFound


class Option:
    """A value that may be missing."""

    def __init__(self, name: str, value: str | None) -> None:
        self._name = name
        self._value = value

    def get(self) -> str:
        """The value.

        Raises:
            NotFound: there is none.
        """
        if self._value is None:
            raise NotFound(f"None.get: the notebook's context has no {self._name}")
        return self._value

    def getOrElse(self, default: str) -> str:
        """The value, or the default where there is none."""
        return default if self._value is None else self._value

    def isDefined(self) -> bool:
        """Whether there is a value."""
        return self._value is not None

    nonEmpty = isDefined

    def isEmpty(self) -> bool:
        """Whether there is none."""
        return self._value is None

    def __repr__(self) -> str:
        return "None" if self._value is None else f"Some({self._value})"

    toString = __repr__


class OptionMap:
    """A Scala map of texts."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def get(self, key: str) -> Option:
        """The value of a key, as an Option."""
        return Option(key, self._values.get(key))

    def apply(self, key: str) -> str:
        """The value of a key.

        Raises:
            NotFound: no such key.
        """
        return self.get(key).get()

    def getOrElse(self, key: str, default: str) -> str:
        """The value of a key, or the default."""
        return self._values.get(key, default)

    def contains(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._values

    def __repr__(self) -> str:
        inner = ", ".join(f"{key} -> {value}" for key, value in self._values.items())
        return f"Map({inner})"

    toString = __repr__
