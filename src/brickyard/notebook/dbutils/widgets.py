"""dbutils.widgets: parameters of a notebook, with their defaults; as controls in front ends that can show some."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.notebook.dbutils.help import Documented

Kind = Literal["text", "dropdown", "combobox", "multiselect"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Widget:
    """A parameter as it was declared."""

    kind: Kind
    name: str
    default: str
    choices: tuple[str, ...] = ()
    label: str = ""


class Controls(Protocol):
    """Shows widgets as what a user can change. One of a name that is shown already takes its place."""

    def show(self, widget: Widget, value: str) -> None:
        """Show a widget with a value."""
        ...

    def value(self, name: str) -> str | None:
        """What the user has chosen; None where no such control is shown."""
        ...

    def remove(self, name: str) -> None:
        """Take a control away, if it is shown."""
        ...


class Widgets(Documented):
    """Parameters of a notebook: declared with a default, given by --param name=value, notebook.run or a job."""

    title = "dbutils.widgets"

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._given = dict(parameters)
        self._declared: dict[str, Widget] = {}
        self._controls: Controls | None = None

    def text(self, name: str, defaultValue: str = "", label: str | None = None) -> None:
        """A parameter of any text."""
        self._declare("text", name, defaultValue, (), label)

    def dropdown(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:
        """A parameter that is one of some choices; the default must be one of them."""
        self._check_choice(name, str(defaultValue), choices)
        self._declare("dropdown", name, defaultValue, choices, label)

    def combobox(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:
        """A parameter with suggestions; other texts are allowed."""
        self._declare("combobox", name, defaultValue, choices, label)

    def multiselect(self, name: str, defaultValue: str, choices: Sequence[str], label: str | None = None) -> None:
        """A parameter of several choices; its value is their names with commas between."""
        for part in str(defaultValue).split(","):
            self._check_choice(name, part, choices)
        self._declare("multiselect", name, defaultValue, choices, label)

    def get(self, name: str) -> str:
        """The value of a parameter: what was given, else its default.

        Raises:
            NotFound: neither given nor declared.
        """
        values = self.getAll()
        if name in values:
            return values[name]
        raise NotFound(
            f"InputWidgetNotDefined: No input widget named {name!r} is defined; declare it with "
            f"dbutils.widgets.text({name!r}, default), or give it with --param {name}=value"
        )

    def getAll(self) -> dict[str, str]:
        """All parameters and their values."""
        return {**{name: self._chosen(widget) for name, widget in self._declared.items()}, **self._given}

    def getArgument(self, name: str, defaultValue: str | None = None) -> str | None:
        """The value of a parameter, or the default where there is none (older notebooks).

        Raises:
            NotFound: there is none, and no default was given.
        """
        return self.get(name) if defaultValue is None else self.getAll().get(name, defaultValue)

    def remove(self, name: str) -> None:
        """Forget a parameter.

        Raises:
            NotFound: it was not declared.
        """
        self.get(name)
        self._declared.pop(name, None)
        self._given.pop(name, None)
        if self._controls is not None:
            self._controls.remove(name)

    def removeAll(self) -> None:
        """Forget all parameters."""
        for name in self.getAll():
            self.remove(name)

    @contextmanager
    def given(self, values: Mapping[str, str]) -> Iterator[None]:
        """Give values, as --param does, for as long as the block lasts."""
        before = dict(self._given)
        self._given.update(values)
        try:
            yield
        finally:
            self._given = before

    def show_with(self, controls: Controls) -> None:
        """Show what is declared from now on as controls, whose values then count."""
        self._controls = controls

    def _chosen(self, widget: Widget) -> str:
        chosen = None if self._controls is None else self._controls.value(widget.name)
        return widget.default if chosen is None else chosen

    def _declare(self, kind: Kind, name: str, default: str, choices: Sequence[str], label: str | None) -> None:
        if not name:
            raise InvalidParameterValue("name: a widget needs a name")
        options = tuple(str(choice) for choice in choices)
        widget = Widget(kind=kind, name=name, default=str(default), choices=options, label=label or "")
        before = self._declared.get(name)
        self._declared[name] = widget
        if self._controls is not None and name not in self._given:
            # A cell that is run again keeps what its user has chosen, and shows it in its new output.
            self._controls.show(widget, self._chosen(widget) if before == widget else widget.default)

    def _check_choice(self, name: str, value: str, choices: Sequence[str]) -> None:
        if value not in [str(choice) for choice in choices]:
            raise InvalidParameterValue(f"defaultValue of widget {name!r}: {value!r} is not one of {list(choices)}")
