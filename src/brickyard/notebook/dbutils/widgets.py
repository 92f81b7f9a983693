"""dbutils.widgets: parameters of a notebook, with their defaults."""

from collections.abc import Mapping, Sequence

from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.notebook.dbutils.help import Documented


class Widgets(Documented):
    """Parameters of a notebook: declared with a default, given by --param name=value, notebook.run or a job."""

    title = "dbutils.widgets"

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._given = dict(parameters)
        self._defaults: dict[str, str] = {}

    def text(self, name: str, defaultValue: str = "", label: str | None = None) -> None:
        """A parameter of any text."""
        self._declare(name, str(defaultValue))

    def dropdown(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:
        """A parameter that is one of some choices; the default must be one of them."""
        self._check_choice(name, str(defaultValue), choices)
        self._declare(name, str(defaultValue))

    def combobox(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:
        """A parameter with suggestions; other texts are allowed."""
        self._declare(name, str(defaultValue))

    def multiselect(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:
        """A parameter of several choices; its value is their names with commas between."""
        for part in str(defaultValue).split(","):
            self._check_choice(name, part, choices)
        self._declare(name, str(defaultValue))

    def get(self, name: str) -> str:
        """The value of a parameter: what was given, else its default.

        Raises:
            NotFound: neither given nor declared.
        """
        if name in self._given:
            return self._given[name]
        if name in self._defaults:
            return self._defaults[name]
        raise NotFound(
            f"InputWidgetNotDefined: No input widget named {name!r} is defined; declare it with "
            f"dbutils.widgets.text({name!r}, default), or give it with --param {name}=value"
        )

    def getAll(self) -> dict[str, str]:
        """All parameters and their values."""
        return {**self._defaults, **self._given}

    def getArgument(self, name: str, defaultValue: str | None = None) -> str | None:
        """The value of a parameter, or the default where there is none (older notebooks).

        Raises:
            NotFound: there is none, and no default was given.
        """
        if defaultValue is not None and name not in self._given and name not in self._defaults:
            return defaultValue
        return self.get(name)

    def remove(self, name: str) -> None:
        """Forget a parameter.

        Raises:
            NotFound: it was not declared.
        """
        self.get(name)
        self._defaults.pop(name, None)
        self._given.pop(name, None)

    def removeAll(self) -> None:
        """Forget all parameters."""
        self._defaults.clear()
        self._given.clear()

    def _declare(self, name: str, default: str) -> None:
        if not name:
            raise InvalidParameterValue("name: a widget needs a name")
        self._defaults[name] = default

    def _check_choice(self, name: str, value: str, choices: Sequence[str]) -> None:
        if value not in [str(choice) for choice in choices]:
            raise InvalidParameterValue(f"defaultValue of widget {name!r}: {value!r} is not one of {list(choices)}")
