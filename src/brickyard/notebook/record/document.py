"""The notebook document (nbformat 4) of a source: its cells without outputs."""

import json
from typing import Any

from brickyard.notebook.source import Source

Document = dict[str, Any]

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}


def document_of(source: Source) -> Document:
    """A document whose cell number `Cell.index` is that cell; outputs of an earlier run are left out."""
    if source.kind == "ipynb":
        return _of_jupyter(json.loads(source.data))
    cells = [_text_cell(cell.text) if cell.language == "md" else _code_cell(cell.raw) for cell in source.cells]
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {**_METADATA}, "cells": cells}


def _of_jupyter(document: Document) -> Document:
    document.setdefault("nbformat", 4)
    document.setdefault("nbformat_minor", 4)
    document["metadata"] = {**_METADATA, **document.get("metadata", {})}
    document["metadata"].pop("widgets", None)  # the state of an earlier run's controls
    for cell in document["cells"]:
        cell.setdefault("metadata", {})
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return document


def _code_cell(text: str) -> Document:
    return {"cell_type": "code", "metadata": {}, "source": text, "outputs": [], "execution_count": None}


def _text_cell(text: str) -> Document:
    return {"cell_type": "markdown", "metadata": {}, "source": text.strip("\n")}
