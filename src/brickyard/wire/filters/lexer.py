"""Tokens of a filter or an order-by clause, by the lexical rules that the stock server's searches have.

Each character is looked at a bounded number of times, so the time is linear in the text whatever it holds.

A quoted text ends at the first mark of its kind that is neither doubled nor behind a backslash. Where no such mark
follows, it ends at the last one that there is (`'C:\\data\\'` is a whole text). Nothing in it is unescaped: `'it''s'`
means it''s.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

from brickyard.errors import InvalidParameterValue

MAX_LENGTH = 500_000  # characters; a list of 10,000 run ids takes 360,000
MAX_TOKENS = 50_000  # keeps the time of the worst text under a fifth of a second
_SHOWN = 200  # characters of a piece that an error repeats


class Kind(enum.Enum):
    NAME = "name"  # one or more parts joined by dots; a part is a word, or text in marks
    QUOTED = "quoted"  # one part in double quotes: the name of an attribute, or a value
    STRING = "string"  # in single quotes
    NUMBER = "number"
    OPERATOR = "operator"
    PUNCTUATION = "punctuation"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    start: int

    @property
    def keyword(self) -> str:
        """The text in capitals, for names that may be keywords."""
        return self.text.upper() if self.kind is Kind.NAME else ""

    @property
    def shown(self) -> str:
        return shortened(self.text)


_SIMPLE = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<number>-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?!\w))
    | (?P<operator>[<>=~!]+)
    | (?P<punctuation>[(),;])
    """,
    re.VERBOSE,
)
_WORD = re.compile(r"\w+")


def shortened(text: str) -> str:
    """A piece of the input as an error shows it."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def check_storable(text: str) -> None:
    """
    Raises:
        InvalidParameterValue: has a NUL or half of a surrogate pair, which no database takes as text.
    """
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in ("" if text.isascii() else text)):
        raise InvalidParameterValue(
            f"Invalid text in filter string: {shortened(text)!a}. It must be Unicode text without NUL characters."
        )


def tokens(text: str) -> Iterator[Token]:
    """All tokens without spaces; the last one is of kind END.

    Raises:
        InvalidParameterValue: a piece that no filter has (shows it), or a text that is too long.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidParameterValue(f"Invalid filter: it has {len(text)} characters, and may have {MAX_LENGTH}.")
    check_storable(text)
    at = 0
    while at < len(text):
        if match := _SIMPLE.match(text, at):
            if match.lastgroup != "space":
                yield Token(Kind(match.lastgroup), match.group(), at)
            at = match.end()
            continue
        kind, end = _name(text, at)
        if end < 0:
            raise InvalidParameterValue(f"Invalid clause(s) in filter string: '{shortened(text[at:])}'")
        yield Token(kind, text[at:end], at)
        at = end
    yield Token(Kind.END, "", at)


def _name(text: str, at: int) -> tuple[Kind, int]:
    """The kind and the end of a name or a quoted text; the end is -1 where there is none."""
    if text[at] == "'":
        return Kind.STRING, _end_of_quoted(text, at)
    end = _end_of_part(text, at)
    kind = Kind.QUOTED if text[at] == '"' else Kind.NAME
    while 0 <= end < len(text) and text[end] == ".":
        kind, end = Kind.NAME, _end_of_part(text, end + 1)
    return kind, end


def _end_of_part(text: str, at: int) -> int:
    if text[at : at + 1] in {"`", '"', "'"}:
        return _end_of_quoted(text, at)
    word = _WORD.match(text, at)
    return word.end() if word else -1


def _end_of_quoted(text: str, start: int) -> int:
    mark, last, at = text[start], -1, start + 1
    while (found := text.find(mark, at)) >= 0:
        if mark != "`" and text[found - 1] == "\\":
            last, at = found + 1, found + 1
        elif text.startswith(mark, found + 1):
            last, at = found + 1, found + 2
        else:
            return found + 1
    return last
