"""Names of catalogs, schemas, tables and volumes, and the folders that are called after them.

The rules are Unity Catalog's: at most 255 characters, no control character, space, period or slash; letters are stored
in lower case and compared without case. Beyond them, other white space and backticks are refused.
Source: https://docs.databricks.com/sql/language-manual/sql-ref-names
"""

import hashlib
import re
from typing import NamedTuple

from brickyard.errors import InvalidParameterValue

MAX_NAME = 255  # characters
MAX_COMMENT = 65_536  # characters
MAX_FOLDER = 200  # bytes; a file name has at most 255, and what is put behind it needs some

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\s./`\ud800-\udfff]")
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-")


class SchemaName(NamedTuple):
    """The two parts of a schema's full name."""

    catalog: str
    schema: str

    def __str__(self) -> str:
        return ".".join(self)


class FullName(NamedTuple):
    """The three parts of a table's or volume's full name."""

    catalog: str
    schema: str
    name: str

    def __str__(self) -> str:
        return ".".join(self)

    @property
    def parent(self) -> SchemaName:
        return SchemaName(self.catalog, self.schema)


def checked_name(field: str, text: str) -> str:
    """A name in the form that is stored. A pair of backticks around it, as some clients send, is taken off.

    Raises:
        InvalidParameterValue: names the field and what is wrong.
    """
    name = text[1:-1] if len(text) > 2 and text[0] == text[-1] == "`" else text
    if not name:
        raise InvalidParameterValue(f"Missing value for required parameter '{field}'.")
    if found := _FORBIDDEN.search(name):
        raise InvalidParameterValue(
            f"Invalid value {name[:300]!a} for parameter '{field}': the character {found[0]!a} is not allowed. "
            "Names have no spaces, periods, slashes, backticks or control characters."
        )
    lowered = name.lower()
    if len(lowered) > MAX_NAME:
        raise InvalidParameterValue(f"Parameter '{field}' is longer than {MAX_NAME} characters: {name[:60]!a}...")
    return lowered


def schema_name(field: str, text: str) -> SchemaName:
    """catalog.schema. Raises as `checked_name`."""
    return SchemaName(*_parts(field, text, "catalog.schema"))


def full_name(field: str, text: str) -> FullName:
    """catalog.schema.name. Raises as `checked_name`."""
    return FullName(*_parts(field, text, "catalog.schema.name"))


def checked_text(field: str, text: str, longest: int = MAX_COMMENT) -> str:
    """A free text.

    Raises:
        InvalidParameterValue: too long, or with a null character.
    """
    if len(text) > longest:
        raise InvalidParameterValue(f"Parameter '{field}' is longer than {longest} characters.")
    if "\0" in text:
        raise InvalidParameterValue(f"Parameter '{field}' has a null character.")
    return text


def folder_of(name: str) -> str:
    """The folder of a (checked) name: one to one, and of characters alone that need no escape in a URI.

    Percent signs would be decoded once too often by one engine or another, so other bytes are written ~xx.
    """
    text = "".join(chr(byte) if byte in _PLAIN else f"~{byte:02x}" for byte in name.encode())
    if len(text) <= MAX_FOLDER:
        return text
    return f"{text[: MAX_FOLDER - 34]}~~{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _parts(field: str, text: str, form: str) -> list[str]:
    parts = text.split(".")
    if len(parts) != form.count(".") + 1:
        raise InvalidParameterValue(
            f"Invalid value {text[:300]!a} for parameter '{field}': it must have the form {form}."
        )
    return [checked_name(field, part) for part in parts]
