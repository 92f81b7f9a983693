"""dbutils.widgets as controls of a notebook front end, by ipywidgets (the extra `jupyter`)."""

from importlib.util import find_spec
from typing import Any

from brickyard.notebook.dbutils.widgets import Widget


class NotebookControls:
    """The controls that a front end shows now. Not thread-safe, as front ends are not."""

    def __init__(self) -> None:
        self._shown: dict[str, Any] = {}

    @staticmethod
    def are_there() -> bool:
        """Whether ipywidgets is installed."""
        return find_spec("ipywidgets") is not None

    def show(self, widget: Widget, value: str) -> None:
        """Show a widget with a value, below the cell that runs."""
        from IPython import display

        self.remove(widget.name)
        control = self._shown[widget.name] = _control(widget, value)
        front_end: Any = display
        front_end.display(control)

    def value(self, name: str) -> str | None:
        """What the user has chosen; None where no such control is shown."""
        control = self._shown.get(name)
        if control is None:
            return None
        return ",".join(control.value) if isinstance(control.value, tuple) else str(control.value)

    def remove(self, name: str) -> None:
        """Take a control away, if it is shown."""
        control = self._shown.pop(name, None)
        if control is not None:
            control.close()


def _control(widget: Widget, value: str) -> Any:
    import ipywidgets

    common = {"description": widget.label or widget.name, "style": {"description_width": "initial"}}
    match widget.kind:
        case "text":
            return ipywidgets.Text(value=value, **common)
        case "dropdown":
            return ipywidgets.Dropdown(options=widget.choices, value=value, **common)
        case "combobox":
            return ipywidgets.Combobox(options=widget.choices, value=value, ensure_option=False, **common)
        case "multiselect":
            return ipywidgets.SelectMultiple(options=widget.choices, value=tuple(value.split(",")), **common)
