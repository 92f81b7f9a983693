"""Files that `brickyard run` executes, taken apart into cells: .py, Databricks notebook sources, .ipynb.

Databricks' source format: the first line is `# Databricks notebook source`, cells are divided by lines
`# COMMAND ----------`, and cells of another kind have each line behind `# MAGIC `, beginning with a `%` word.

A cell whose first line begins with `%sql`, `%md`, `%sh` or another language is of that language as a whole. All other
`%` words, and `!`, are IPython's syntax in a Python cell, and stay in its text.
"""

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from brickyard.errors import InvalidParameterValue, NotImplementedHere
from brickyard.notebook.context import Kind

HEADER = "# Databricks notebook source"
_COMMAND = re.compile(r"^# COMMAND -{5,}\s*$")
_MAGIC = re.compile(r"^# MAGIC ?")
_SPARK = re.compile(r"spark|\bload_delta\b|^\s*%sql\b", re.IGNORECASE | re.MULTILINE)
_INCLUDED = re.compile(r"""^%run\s+(["']?)(?P<path>[^\s"']+)\1""", re.MULTILINE)
_RUN_LINE = re.compile(r"^%run[ \t]+(?P<rest>.*)$", re.MULTILINE)
_LINE_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
_STREAMS = frozenset({"readStream", "writeStream"})
_LANGUAGE = re.compile(r"%(?:%?(?P<any>sql|md-sandbox|md|python|scala)|(?P<single>sh|r))(?=\s|$)")

Language = Literal["python", "sql", "md", "sh"]
_LANGUAGES: dict[str, Language] = {"python": "python", "sql": "sql", "md": "md", "md-sandbox": "md", "sh": "sh"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell. `line` is the number of its first line, `name` the file as tracebacks show it.

    `index` is its place among all cells of the file, empty ones and texts too; `raw` its text as a front end shows it;
    `in_file` says whether line `line` of the file `name` is its first line, as it is but in a .ipynb.
    """

    language: Language
    text: str
    line: int
    name: str
    index: int = 0
    raw: str = ""
    in_file: bool = True


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
        NotImplementedHere: a cell of a language that is not run here; names its line.
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
        kind, cells = "script", (Cell(language="python", text=text, line=1, name=str(path), raw=text),)
    return Source(path=path, kind=kind, data=data, cells=cells)


def mentions_spark(source: Source) -> bool:
    """Whether any name in the code hints at Spark, so that its session is worth its start-up time.

    Names of variables, attributes, imports and functions count; comments and texts do not, but in cells with IPython's
    syntax, which Python cannot parse. Notebooks that a cell includes with %run count as well.
    """
    for cell in source.cells:
        if cell.language == "sql":
            return True
        if cell.language == "python":
            if _INCLUDED.search(cell.text) is not None:
                return True
            try:
                tree = ast.parse(cell.text)
            except SyntaxError:
                if source.is_notebook and _SPARK.search(cell.text):
                    return True
                continue  # a script's is told when it is run
            if any("spark" in name.lower() or name == "load_delta" for name in _names(tree)):
                return True
    return False


def mentions_streams(source: Source) -> bool:
    """Whether any name in the code is readStream or writeStream; texts and comments do not count, as above."""
    for cell in source.cells:
        if cell.language != "python":
            continue
        magics = _LINE_MAGIC.findall(cell.text) if source.is_notebook else []
        python = _LINE_MAGIC.sub("", cell.text) if magics else cell.text
        try:
            found = not _STREAMS.isdisjoint(_names(ast.parse(python)))
        except SyntaxError:
            magics = [cell.text] if source.is_notebook else []  # a script's error is told when it is run
            found = False
        if found or any(name in text for text in magics for name in _STREAMS):
            return True
    return False


def included(source: Source) -> Iterator[str]:
    """The lines of %run in a notebook, each without that word."""
    if source.is_notebook:
        for cell in source.cells:
            if cell.language == "python":
                yield from (line["rest"] for line in _RUN_LINE.finditer(cell.text))


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
    start, index, lines = 2, 0, text.split("\n")
    for number, line in enumerate([*lines, "# COMMAND ----------"], 1):
        if _COMMAND.match(line):
            block = lines[start - 1 : number - 1]
            if any(part.strip() for part in block):
                yield _databricks_cell(path, block, start, index)
                index += 1
            start = number + 1


def _databricks_cell(path: Path, block: list[str], start: int, index: int) -> Cell:
    """Marked lines lose their mark; comments around a cell that is marked as a whole are no part of it."""
    marked = [i for i, line in enumerate(block) if _MAGIC.match(line)]
    is_plain = any(line.strip() and not line.startswith("#") for line in block)
    first, last = (0, len(block)) if is_plain or not marked else (marked[0], marked[-1] + 1)
    return _cell([_MAGIC.sub("", line) for line in block[first:last]], start + first, name=str(path), index=index)


def _jupyter_cells(path: Path, text: str) -> Iterator[Cell]:
    try:
        cells: list[dict[str, Any]] = json.loads(text)["cells"]
        parts = [(cell["cell_type"], cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError):
        raise InvalidParameterValue(f"{path} is not a Jupyter notebook of format 4: no list of cells in it") from None
    for index, (kind, body) in enumerate(parts):
        code = body if isinstance(body, str) else "".join(body)
        if kind == "code" and code.strip():
            yield _cell(code.split("\n"), 1, name=f"{path}, cell {index + 1}", index=index, in_file=False)


def _cell(lines: Sequence[str], line: int, *, name: str, index: int, in_file: bool = True) -> Cell:
    """A cell of the language that its first line names; empty lines in front count, but are no part of its text."""
    empty = next(i for i, text in enumerate(lines) if text.strip())
    raw = "\n".join(lines).strip("\n")
    first, *rest = lines[empty:]
    word = _LANGUAGE.match(first)
    place: dict[str, Any] = {"name": name, "index": index, "raw": raw, "in_file": in_file}
    if word is None:
        return Cell(language="python", text="\n".join([first, *rest]), line=line + empty, **place)
    language = word["any"] or word["single"]
    if language not in _LANGUAGES:
        raise NotImplementedHere(
            f"{name}, line {line + empty}: cells of %{language} are not run here; "
            "Python, %md, %sql, %sh, %run, %pip and %fs are"
        )
    body = [first[word.end() :].strip(), *rest]
    kept = next((i for i, text in enumerate(body) if text.strip()), 0) if language == "python" else 0
    return Cell(language=_LANGUAGES[language], text="\n".join(body[kept:]), line=line + empty + kept, **place)
