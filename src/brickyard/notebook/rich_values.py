"""Values that are no tables, in all forms that they have: figures, plots, models, whatever IPython can format."""

import io
import sys
from typing import Any

Forms = tuple[dict[str, Any], dict[str, Any]]
"""Data and metadata by MIME type."""

_PLOTLY = "application/vnd.plotly.v1+json"


def bundle_of(value: Any) -> Forms:
    """The forms of a value; always with a text."""
    if isinstance(value, str):
        return {"text/plain": value}, {}
    figure = figure_of(value)
    if figure is not None:
        return {"image/png": png_of(figure), "text/plain": repr(figure)}, {}
    if _is_plotly(value):
        return {
            "text/html": plotly_html(value),
            _PLOTLY: value.to_plotly_json(),
            "text/plain": type(value).__name__,
        }, {}
    data, metadata = _formatter().format(value)
    return {**data, "text/plain": data.get("text/plain", repr(value))}, metadata


def figure_of(value: Any) -> Any:
    """The matplotlib figure that a value is, or that it is drawn on; None for all else."""
    if "matplotlib" not in sys.modules:
        return None
    if hasattr(value, "savefig"):
        return value
    candidate = getattr(value, "figure", None) or getattr(value, "figure_", None)
    return candidate if hasattr(candidate, "savefig") else None


def png_of(figure: Any) -> bytes:
    """A matplotlib figure as an image."""
    image = io.BytesIO()
    figure.savefig(image, format="png", bbox_inches="tight")
    return image.getvalue()


def plotly_html(figure: Any) -> str:
    """A plotly figure that draws itself anywhere, offline: the library (5 MB) is in it."""
    text: str = figure.to_html(full_html=False, include_plotlyjs=True)
    return text


def _is_plotly(value: Any) -> bool:
    return "plotly" in sys.modules and hasattr(value, "to_plotly_json") and hasattr(value, "to_html")


def _formatter() -> Any:
    """The formatter of this process's shell, whose formats a notebook may have changed; else IPython's plain one."""
    from IPython.core.formatters import DisplayFormatter
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return DisplayFormatter() if shell is None else shell.display_formatter
