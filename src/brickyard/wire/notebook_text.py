"""Notebooks as texts: Databricks' source format and Jupyter's format 4, and from one to the other.

Source: the first line is the comment `Databricks notebook source`, cells are divided by comments `COMMAND ----------`,
a title is the comment `DBTITLE 1,<title>` in front, and cells that are not of the notebook's language have each line
behind the comment `MAGIC `, beginning with a `%` word. Empty cells, and empty lines around a cell, are not kept.
Jupyter: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from brickyard.errors import InvalidParameterValue

Language = Literal["PYTHON", "SQL", "SCALA", "R"]

SUFFIXES: Mapping[Language, str] = {"PYTHON": ".py", "SQL": ".sql", "SCALA": ".scala", "R": ".r"}
JUPYTER_SUFFIX = ".ipynb"

_COMMENTS: Mapping[Language, str] = {"PYTHON": "#", "SQL": "--", "SCALA": "//", "R": "#"}
_HEADER = "Databricks notebook source"
_MARKDOWN = re.compile(r"%md(?:-sandbox)?(?:[ \t]*\n|[ \t]+|$)")
_MAGIC = re.compile(r"^(?:%|!)", re.MULTILINE)
_TITLE = re.compile(r"DBTITLE (?P<shown>[01]),(?P<title>.*)")
_NOTEBOOK_KEY = "application/vnd.databricks.v1+notebook"
_CELL_KEY = "application/vnd.databricks.v1+cell"
_DEFAULT_MARKDOWN = "%md\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A cell as a user types it, magics first. `title` is None where there is none."""

    text: str
    title: str | None = None
    shows_title: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class NotebookText:
    """A notebook without its outputs."""

    language: Language
    cells: Sequence[Cell]


def header(language: Language) -> str:
    """The first line of a notebook's source."""
    return f"{_COMMENTS[language]} {_HEADER}"


def is_source(text: str, language: Language) -> bool:
    """Whether a text is a notebook of this language in the source format."""
    return text.removeprefix("\ufeff").split("\n", 1)[0].rstrip() == header(language)


def read_source(text: str, language: Language) -> NotebookText:
    """The cells of a source; without the header it is one cell, as Databricks takes it."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if not is_source(plain, language):
        body = _trimmed(plain.split("\n"))
        return NotebookText(language=language, cells=(Cell(text=body),) if body else ())
    comment = re.escape(_COMMENTS[language])
    divider = re.compile(rf"{comment} COMMAND -{{5,}}\s*")
    blocks: list[list[str]] = [[]]
    for line in plain.split("\n")[1:]:
        if divider.fullmatch(line):
            blocks.append([])
        else:
            blocks[-1].append(line)
    cells = (_source_cell(block, _COMMENTS[language]) for block in blocks)
    return NotebookText(language=language, cells=tuple(cell for cell in cells if cell.text or cell.title is not None))


def write_source(notebook: NotebookText) -> str:
    """The source of a notebook."""
    comment = _COMMENTS[notebook.language]
    blocks = [_source_block(cell, comment) for cell in notebook.cells if cell.text or cell.title is not None]
    return f"{header(notebook.language)}\n" + f"\n\n{comment} COMMAND ----------\n\n".join(blocks) + "\n"


def read_jupyter(data: bytes) -> NotebookText:
    """The cells of a Jupyter file.

    Raises:
        InvalidParameterValue: not a Jupyter notebook of format 4; says why.
    """
    document = _document(data)
    cells = document.get("cells")
    if not isinstance(cells, list):
        raise InvalidParameterValue("The content is not a Jupyter notebook of format 4: it has no list of cells.")
    return NotebookText(language=_language(document), cells=tuple(_jupyter_cells(cells)))


def write_jupyter(notebook: NotebookText, name: str) -> bytes:
    """The Jupyter file of a notebook, without outputs."""
    language = notebook.language.lower()
    document = {
        "cells": [_jupyter_cell(cell, number) for number, cell in enumerate(notebook.cells)],
        "metadata": {
            _NOTEBOOK_KEY: {"language": language, "notebookName": name},
            "language_info": {"name": language},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def _source_cell(block: Sequence[str], comment: str) -> Cell:
    lines = list(block)
    while lines and not lines[0].strip():
        lines.pop(0)
    title, shown = None, True
    if lines and (found := _TITLE.fullmatch(lines[0].removeprefix(f"{comment} "))) and lines[0].startswith(comment):
        title, shown = found["title"], found["shown"] == "1"
        lines.pop(0)
    mark = f"{comment} MAGIC"
    plain = [
        line.removeprefix(f"{mark} ") if line.startswith(f"{mark} ") else "" if line.rstrip() == mark else line
        for line in lines
    ]
    return Cell(text=_trimmed(plain), title=title, shows_title=shown)


def _source_block(cell: Cell, comment: str) -> str:
    """Lines with a magic are no syntax of the notebook's language: then the whole cell is marked."""
    lines = _trimmed(cell.text.split("\n")).split("\n")
    if _MAGIC.search(cell.text):
        lines = [f"{comment} MAGIC {line}" if line else f"{comment} MAGIC" for line in lines]
    if cell.title is not None:
        title = cell.title.replace("\n", " ")
        lines = [f"{comment} DBTITLE {int(cell.shows_title)},{title}", *lines]
    return "\n".join(lines)


def _document(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InvalidParameterValue("The content is not a Jupyter notebook: it is not JSON.") from None
    if not isinstance(document, dict):
        raise InvalidParameterValue("The content is not a Jupyter notebook: it is not a JSON object.")
    return document


def _language(document: Mapping[str, Any]) -> Language:
    metadata = _mapping(document.get("metadata"))
    names = (
        _mapping(metadata.get(_NOTEBOOK_KEY)).get("language"),
        _mapping(metadata.get("language_info")).get("name"),
        _mapping(metadata.get("kernelspec")).get("language"),
    )
    for name in names:
        for language in SUFFIXES:
            if isinstance(name, str) and name.upper() == language:
                return language
    return "PYTHON"


def _jupyter_cells(cells: Sequence[Any]) -> Iterator[Cell]:
    for number, cell in enumerate(cells):
        fields = _mapping(cell)
        kind, text = fields.get("cell_type"), _joined(fields.get("source"))
        if not isinstance(kind, str) or text is None:
            raise InvalidParameterValue(f"Cell {number} of the Jupyter notebook has no cell_type or no source.")
        metadata = _mapping(fields.get("metadata"))
        own = _mapping(metadata.get(_CELL_KEY))
        if kind == "markdown" and text.strip():
            prefix = metadata.get("brickyard_magic")
            whole = f"{prefix}{text}" if isinstance(prefix, str) else ""
            text = whole if _is_magic_of(whole, text) else _DEFAULT_MARKDOWN + text
        text = _trimmed(text.replace("\r\n", "\n").split("\n"))
        title = own.get("title") if own.get("title") and isinstance(own.get("title"), str) else None
        if kind in {"code", "markdown"} and (text or title is not None):
            yield Cell(text=text, title=title, shows_title=own.get("showTitle") is not False)


def _jupyter_cell(cell: Cell, number: int) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.title is not None:
        metadata[_CELL_KEY] = {"title": cell.title, "showTitle": cell.shows_title}
    found = _MARKDOWN.match(cell.text)
    fields: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": f"cell-{number}", "outputs": []}
    text = cell.text
    if found is not None and cell.text[found.end() :].strip():
        text = cell.text[found.end() :]
        fields = {"cell_type": "markdown", "id": f"cell-{number}"}
        if found[0] != _DEFAULT_MARKDOWN:
            metadata["brickyard_magic"] = found[0]
    return {**fields, "metadata": metadata, "source": text.splitlines(keepends=True)}


def _is_magic_of(whole: str, text: str) -> bool:
    found = _MARKDOWN.match(whole)
    return found is not None and whole[found.end() :] == text


def _joined(source: Any) -> str | None:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    return source if isinstance(source, str) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _trimmed(lines: Sequence[str]) -> str:
    """The text without empty lines before and behind."""
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return "\n".join(lines[first:last])
