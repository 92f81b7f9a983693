"""What is imported and exported: from a format to what lies on disk, and back."""

from dataclasses import dataclass
from typing import IO, Literal

from brickyard.errors import InvalidParameterValue, NotebookTooLarge, NotImplementedHere
from brickyard.server.workspace.entities import LANGUAGES, WorkspaceObject
from brickyard.wire.notebook_text import (
    JUPYTER_SUFFIX,
    SUFFIXES,
    Language,
    header,
    is_source,
    read_jupyter,
    read_source,
    write_jupyter,
    write_source,
)

MAX_NOTEBOOK = 10 * 1024 * 1024  # bytes, as Databricks has it

Format = Literal["SOURCE", "JUPYTER", "AUTO", "RAW", "HTML", "DBC", "R_MARKDOWN"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """What is to be stored: `name` as clients will see it, `suffix` that it gets on disk if it is a notebook.

    `data` is None for a file, whose content is copied as it is.
    """

    name: str
    suffix: str = ""
    data: bytes | None = None

    @property
    def is_notebook(self) -> bool:
        return self.data is not None


def incoming(name: str, content: IO[bytes], format_: Format, language: Language | None) -> Incoming:
    """What an import means.

    Raises:
        InvalidParameterValue: the content does not fit the format, or the language is not told.
        NotImplementedHere: HTML, DBC, R_MARKDOWN.
        NotebookTooLarge: a notebook of more than 10 MiB.
    """
    if format_ == "SOURCE":
        return _from_source(name, content, language)
    if format_ == "JUPYTER":
        return _from_jupyter(name, content)
    if format_ in {"AUTO", "RAW"}:
        return _from_any(name, content)
    raise NotImplementedHere(f"format {format_} cannot be imported here; SOURCE, JUPYTER, AUTO and RAW can.")


def exported(found: WorkspaceObject, data: bytes, format_: Format) -> tuple[bytes, str]:
    """The bytes of a notebook in a format, and the suffix that says which.

    Raises:
        InvalidParameterValue: what lies on disk is no notebook any more.
        NotImplementedHere: HTML, DBC, R_MARKDOWN.
    """
    if format_ not in {"SOURCE", "JUPYTER", "AUTO", "RAW"}:
        raise NotImplementedHere(f"format {format_} cannot be exported here; SOURCE, JUPYTER, AUTO and RAW can.")
    language = found.language or "PYTHON"
    if found.is_jupyter and format_ == "SOURCE":
        return write_source(read_jupyter(data)).encode("utf-8", "replace"), SUFFIXES[language]
    if not found.is_jupyter and format_ == "JUPYTER":
        return write_jupyter(read_source(_text(data), language), found.segments[-1]), JUPYTER_SUFFIX
    return data, found.suffix


def _from_source(name: str, content: IO[bytes], language: Language | None) -> Incoming:
    spoken = language or _language_of(name)
    if spoken is None:
        raise InvalidParameterValue("language must be given for format SOURCE: PYTHON, SQL, SCALA or R.")
    text = _text(_whole(content))
    if not is_source(text, spoken):
        text = f"{header(spoken)}\n{text}"
    return Incoming(name=name, suffix=SUFFIXES[spoken], data=text.encode())


def _from_jupyter(name: str, content: IO[bytes]) -> Incoming:
    """Python notebooks stay Jupyter files with their outputs; others become sources, which say their language."""
    data = _whole(content)
    notebook = read_jupyter(data)
    if notebook.language == "PYTHON":
        return Incoming(name=name, suffix=JUPYTER_SUFFIX, data=data)
    text = write_source(notebook)
    return Incoming(name=name, suffix=SUFFIXES[notebook.language], data=text.encode("utf-8", "replace"))


def _from_any(name: str, content: IO[bytes]) -> Incoming:
    """A notebook, without its suffix, where name and first line say so; else a file."""
    stem, dot, suffix = name.rpartition(".")
    if stem and dot + suffix == JUPYTER_SUFFIX:
        return _from_jupyter(stem, content)
    language = _language_of(name)
    if stem and language is not None:
        start = content.read(64).decode("utf-8", "replace")
        content.seek(0)
        if is_source(start, language):
            return _from_source(stem, content, language)
    return Incoming(name=name)


def _language_of(name: str) -> Language | None:
    return LANGUAGES.get("." + name.rpartition(".")[2].lower()) if "." in name else None


def _whole(content: IO[bytes]) -> bytes:
    data = content.read(MAX_NOTEBOOK + 1)
    if len(data) > MAX_NOTEBOOK:
        raise NotebookTooLarge(f"The notebook has more than {MAX_NOTEBOOK // 1024 // 1024} MiB.")
    return data


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidParameterValue(f"The notebook is not UTF-8 text: {error.reason} at byte {error.start}.") from None
