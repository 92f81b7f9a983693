"""The list of an IN comparison. The stock server reads it as a Python tuple of texts, so it has Python's escapes."""

import re

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.lexer import check_storable, shortened

_PIECE = re.compile(r"""\s*(?:'(?P<single>(?:[^'\\\n]|\\.)*+)'|"(?P<double>(?:[^"\\\n]|\\.)*+)")""", re.DOTALL)
_COMMA = re.compile(r"\s*,")
_SPACE = re.compile(r"\s*")
_ESCAPE = re.compile(
    r"\\(?:(?P<octal>[0-7]{1,3})|x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|(?P<one>.))",
    re.DOTALL,
)
_ONE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
_ONE |= {mark: mark for mark in "\\'\""}
_LIST = "While parsing a list in the query, expected"


def parse_list(inner: str) -> tuple[str, ...]:
    """The texts between the parentheses: quoted in ' or ", separated by commas, one comma may follow the last.

    Raises:
        InvalidParameterValue: no text, something that is no quoted text, or a bad escape.
    """
    found: list[str] = []
    at = 0
    while not _ends(inner, at):
        text, at = _text(inner, at)
        found.append(text)
        comma = _COMMA.match(inner, at)
        if comma is None and not _ends(inner, at):
            raise _ill_formed(inner)
        at = comma.end() if comma else len(inner)
    if not found:
        raise InvalidParameterValue(f"{_LIST} a non-empty list of string values, but got empty list")
    return tuple(found)


def _ends(inner: str, at: int) -> bool:
    space = _SPACE.match(inner, at)
    return space is not None and space.end() == len(inner)


def _text(inner: str, at: int) -> tuple[str, int]:
    """One text (adjacent quoted pieces are one, as in Python) and its end."""
    pieces: list[str] = []
    while piece := _PIECE.match(inner, at):
        pieces.append(_unescaped(piece["single"] if piece["single"] is not None else piece["double"], inner))
        at = piece.end()
    if pieces:
        return "".join(pieces), at
    if inner[at:].lstrip()[:1].isdigit():
        raise InvalidParameterValue(
            f"{_LIST} string value, punctuation, or whitespace, but got different type in list: ({shortened(inner)})"
        )
    raise _ill_formed(inner)


def _unescaped(text: str, inner: str) -> str:
    if "\\" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        one = match["one"]
        if one is None:
            code = int(match["octal"], 8) if match["octal"] else int(match["x"] or match["u"] or match["U"], 16)
            if code > 0x10FFFF:
                raise _ill_formed(inner)
            return chr(code)
        if one in "xuUN":
            raise _ill_formed(inner)
        return _ONE.get(one, f"\\{one}")

    plain = _ESCAPE.sub(character, text)
    check_storable(plain)
    return plain


def _ill_formed(inner: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"{_LIST} a non-empty list of string values, but got ill-formed list: ({shortened(inner)})"
    )
