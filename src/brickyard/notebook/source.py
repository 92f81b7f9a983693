"""Files that `brickyard run` executes, taken apart into cells: .py, Databricks notebook sources, .ipynb.

Databricks' source format: the first line is `# Databricks notebook source`, cells are divided by lines
`# COMMAND ----------`, and cells of another kind have each line behind `# MAGIC `, beginning with a `%` word.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brickyard.errors import InvalidParameterValue, NotImplementedHere
from brickyard.notebook.context import Kind

HEADER = "# Databricks notebook source"
_COMMAND = re.compile(r"^# COMMAND -{5,}\s*$")
_MAGIC = re.compile(r"^# MAGIC ?")
_TITLE = re.compile(r"^# DBTITLE \d")
_WORD = re.compile(r"%{1,2}(\w+)")
_HARMLESS = re.compile(r"^%(matplotlib|config|load_ext|autoreload|reload_ext)\b")
RUNNABLE = frozenset({"python", "md", "sql", "run"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell. `line` is the number of its first line, `name` the file as tracebacks show it."""

    language: str
    text: str
    line: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file, read once: what is executed is what is recorded, though the file be edited meanwhile."""

    path: Path
    kind: Kind
    data: bytes
    cells: tuple[Cell, ...]

    @property
    def is_notebook(self) -> bool:
        return self.kind != "script"


def read_source(path: Path) -> Source:
    """Read a file and take it apart.

    Raises:
        FileNotFoundError, OSError: it cannot be read.
        InvalidParameterValue: not UTF-8, or not a notebook although its name says .ipynb.
        NotImplementedHere: a cell of a kind that is not run here; names its line.
    """
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InvalidParameterValue(f"{path} is not UTF-8 text: {error.reason} at byte {error.start}") from None
    if path.suffix == ".ipynb":
        kind: Kind = "ipynb"
        cells = tuple(_jupyter_cells(path, text))
    elif text.startswith(HEADER):
        kind, cells = "notebook", tuple(_databricks_cells(path, text))
    else:
        kind, cells = "script", (Cell(language="python", text=text, line=1, name=str(path)),)
    for cell in cells:
        if cell.language not in RUNNABLE:
            raise NotImplementedHere(
                f"{cell.name}, line {cell.line}: cells of %{cell.language} are not run here; "
                "%md, %sql, %run and Python cells are"
            )
    return Source(path=path, kind=kind, data=data, cells=cells)


def mentions_spark(source: Source) -> bool:
    """Whether any name in the code hints at Spark, so that its session is worth its start-up time.

    Names of variables, attributes, imports and functions count; comments and texts do not.
    """
    for cell in source.cells:
        if cell.language in {"sql", "run"}:
            return True
        if cell.language == "python":
            try:
                tree = ast.parse(cell.text)
            except SyntaxError:  # told when the cell is run
                continue
            if any("spark" in name.lower() or name == "load_delta" for name in _names(tree)):
                return True
    return False


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)) | ast.arg(arg=name):
                yield name
            case ast.alias(name=name) | ast.FunctionDef(name=name):
                yield name
            case ast.ImportFrom(module=str(name)):
                yield name


def _databricks_cells(path: Path, text: str) -> Iterator[Cell]:
    start, lines = 1, text.split("\n")
    for number, line in enumerate([*lines, "# COMMAND ----------"], 1):
        if _COMMAND.match(line):
            block = lines[start - 1 : number - 1]
            if any(part.strip() for part in block):
                yield _databricks_cell(path, block, start)
            start = number + 1


def _databricks_cell(path: Path, block: list[str], start: int) -> Cell:
    marked = [i for i, line in enumerate(block) if _MAGIC.match(line)]
    plain = [i for i, line in enumerate(block) if line.strip() and not line.startswith("#")]
    if not marked or plain:
        return Cell(language="python", text="\n".join(block), line=start, name=str(path))
    language, body = _split_magic([_MAGIC.sub("", block[i]) for i in marked])
    return Cell(language=language, text=body, line=start + marked[0], name=str(path))


def _split_magic(lines: list[str]) -> tuple[str, str]:
    """The language of a magic cell and its text, which keeps the count of lines."""
    word = _WORD.match(lines[0].strip())
    if word is None:
        return "python", "\n".join(lines)
    return word[1].lower(), "\n".join([lines[0].strip()[word.end() :].strip(), *lines[1:]])


def _jupyter_cells(path: Path, text: str) -> Iterator[Cell]:
    try:
        cells: list[dict[str, Any]] = json.loads(text)["cells"]
        parts = [(cell["cell_type"], cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError):
        raise InvalidParameterValue(f"{path} is not a Jupyter notebook of format 4: no list of cells in it") from None
    for number, (kind, body) in enumerate(parts, 1):
        code = body if isinstance(body, str) else "".join(body)
        if kind != "code" or not code.strip():
            continue
        name = f"{path}, cell {number}"
        if _WORD.match(code.strip()) and not _HARMLESS.match(code.strip()):
            language, code = _split_magic(code.strip().split("\n"))
            yield Cell(language=language, text=code, line=1, name=name)
            continue
        lines = [_without_line_magic(line, name, at) for at, line in enumerate(code.split("\n"), 1)]
        yield Cell(language="python", text="\n".join(lines), line=1, name=name)


def _without_line_magic(line: str, name: str, at: int) -> str:
    if _HARMLESS.match(line):
        return "# " + line
    if line.startswith("!") or (line.startswith("%") and _WORD.match(line)):
        raise NotImplementedHere(f"{name}, line {at}: {line.split()[0]} is not run here; {line.strip()!r}")
    return line
