"""Showing a value that has several forms (a MIME bundle): as text where only text is read, in full where it is kept.

A stream that keeps rich outputs has a method `rich` (record/streams.py); only standard output is asked for it, so that
redirected output stays text.
"""

import base64
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brickyard.notebook.html_text import text_of_html


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """One value by MIME type; `count` is the number of the cell whose last value it is, 0 elsewhere."""

    data: Mapping[str, Any]
    metadata: Mapping[str, Any]
    count: int = 0
    display_id: str = ""
    update: bool = False


def keeps_rich_output() -> bool:
    """Whether standard output keeps more than text now."""
    return hasattr(sys.stdout, "rich")


def present(
    data: Mapping[str, Any], metadata: Mapping[str, Any], *, display_id: str = "", update: bool = False
) -> None:
    """Show a bundle."""
    _present(Bundle(data=data, metadata=metadata, display_id=display_id, update=update))


def present_result(data: Mapping[str, Any], metadata: Mapping[str, Any], *, count: int) -> None:
    """Show the value of a cell's last expression."""
    _present(Bundle(data=data, metadata=metadata, count=count))


def _present(bundle: Bundle) -> None:
    rich = getattr(sys.stdout, "rich", None)
    if rich is not None:
        rich(bundle, _text_of(bundle.data))
    elif "image/png" in bundle.data:
        print(f"figure saved: {save_png(bundle.data['image/png'])}")
    else:
        print(_text_of(bundle.data))


def _text_of(data: Mapping[str, Any]) -> str:
    """The form for a terminal."""
    if "text/plain" in data:
        return str(data["text/plain"])
    for kind in ("text/markdown", "text/latex"):
        if kind in data:
            return str(data[kind])
    return text_of_html(str(data["text/html"])) if "text/html" in data else f"<{', '.join(data)}>"


def save_png(image: bytes | str) -> Path:
    """Write an image, raw or in base64, to a file of its own."""
    descriptor, path = tempfile.mkstemp(prefix="figure-", suffix=".png")
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64decode(image) if isinstance(image, str) else image)
    return Path(path)
