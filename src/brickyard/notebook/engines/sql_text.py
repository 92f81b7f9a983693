"""Spark SQL as tokens: enough to recognise a statement and the tables that it names. Text is read, never changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["word", "quoted", "string", "number", "symbol"]

_TOKEN = re.compile(
    r"""
      (?P<space>\s+ | --[^\n]* | /\*.*?(?:\*/|\Z))
    | (?P<string>[rR]?'(?:[^'\\]|\\.|'')*' | [rR]?"(?:[^"\\]|\\.|"")*")
    | (?P<quoted>`(?:[^`]|``)*`)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\w*)
    | (?P<word>[^\W\d]\w*)
    | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it stands in the text."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def value(self) -> str:
        """The name or the string, without its quotes."""
        if self.kind == "quoted":
            return self.text[1:-1].replace("``", "`")
        if self.kind == "string":
            return _unescape(self.text)
        return self.text

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these keywords, given in upper case."""
        return self.kind == "word" and self.text.upper() in words

    @property
    def is_name(self) -> bool:
        return self.kind in {"word", "quoted"}


def tokens_of(sql: str) -> tuple[Token, ...]:
    """The tokens of a text; white space and comments are left out, and so are semicolons at the end."""
    found: list[Token] = []
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup
        if kind == "space":
            continue
        found.append(Token(kind, match.group(), match.start(), match.end()))  # type: ignore[arg-type]
    while found and found[-1].text == ";":
        found.pop()
    return tuple(found)


class Reader:
    """Goes through the tokens of one statement."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokens_of(sql)
        self.position = 0

    @property
    def next(self) -> Token | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    @property
    def at_end(self) -> bool:
        return self.position >= len(self.tokens)

    def accept(self, *words: str) -> bool:
        """Pass over these keywords, all of them in this order, or over nothing."""
        end = self.position + len(words)
        if end > len(self.tokens):
            return False
        if not all(t.is_word(w) for t, w in zip(self.tokens[self.position : end], words, strict=True)):
            return False
        self.position = end
        return True

    def symbol(self, text: str) -> bool:
        """Pass over this symbol, or over nothing."""
        if self.next is not None and self.next.kind == "symbol" and self.next.text == text:
            self.position += 1
            return True
        return False

    def take(self, *kinds: Kind) -> Token | None:
        """The next token if it is of one of these kinds."""
        token = self.next
        if token is None or token.kind not in kinds:
            return None
        self.position += 1
        return token

    def name(self) -> tuple[str, ...] | None:
        """A dotted name."""
        first = self.take("word", "quoted")
        if first is None:
            return None
        parts = [first.value]
        while self.next is not None and self.next.text == ".":
            following = self.tokens[self.position + 1] if self.position + 1 < len(self.tokens) else None
            if following is None or not following.is_name:
                break
            parts.append(following.value)
            self.position += 2
        return tuple(parts)

    def in_brackets(self) -> str | None:
        """The text between an opening bracket, which is next, and its closing one; passes over both."""
        if not self.symbol("("):
            return None
        start, depth = self.tokens[self.position - 1].end, 1
        while (token := self.next) is not None:
            self.position += 1
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind == "symbol" else 0
            if depth == 0:
                return self.sql[start : token.start]
        return None

    def rest(self) -> str:
        """The text from here on, as it was written, without a semicolon at its end."""
        if self.at_end:
            return ""
        return self.sql[self.tokens[self.position].start : self.tokens[-1].end]


@dataclass(frozen=True, slots=True)
class Reference:
    """A table that a statement names."""

    parts: tuple[str, ...]
    written: bool = False
    read: bool = True
    version: int | None = None
    """Of VERSION AS OF."""
    at_time: bool = False
    """It stands with TIMESTAMP AS OF."""


_BEFORE_NAME = ("FROM", "JOIN", "USING", "TABLE")
_ENDS_FROM = ("WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "ON", "UNION", "SELECT", "SET", "WHEN", "WINDOW")
_NO_NAME = frozenset({"SELECT", "VALUES", "LATERAL", "DELTA", "PARQUET", "CSV", "JSON", "IF"})
_TARGETS = {
    ("INSERT", "INTO", "TABLE"): False,
    ("INSERT", "INTO"): False,
    ("INSERT", "OVERWRITE", "TABLE"): False,
    ("INSERT", "OVERWRITE"): False,
    ("MERGE", "INTO"): True,
    ("MERGE", "WITH", "SCHEMA", "EVOLUTION", "INTO"): True,
    ("UPDATE",): True,
    ("DELETE", "FROM"): True,
    ("TRUNCATE", "TABLE"): False,
}
"""How a statement that changes a table begins, and whether it reads the table too."""


def references_of(sql: str) -> tuple[Reference, ...]:
    """The tables that a statement may name. Names of views and of WITH queries are among them."""
    return tuple(_references(Reader(sql)))


def _references(reader: Reader) -> Iterator[Reference]:
    for words, reads in _TARGETS.items():
        if reader.accept(*words):
            if (name := reader.name()) is not None:
                yield Reference(name, written=True, read=reads)
            break
    depth, lists = 0, {0: False}
    while (token := reader.next) is not None:
        reader.position += 1
        if token.text in "()" and token.kind == "symbol":
            depth += 1 if token.text == "(" else -1
            lists[depth] = lists.get(depth, False) if token.text == ")" else False
        elif token.is_word(*_ENDS_FROM):
            lists[depth] = False
        elif token.is_word(*_BEFORE_NAME) or (token.text == "," and lists.get(depth)):
            lists[depth] = lists.get(depth, False) or token.is_word("FROM")
            yield from _reference(reader)


def _reference(reader: Reader) -> Iterator[Reference]:
    start = reader.position
    name = reader.name()
    following = reader.next
    if name is None or (len(name) == 1 and name[0].upper() in _NO_NAME) or (following and following.text == "("):
        reader.position = start
        return
    reader.accept("FOR")
    if reader.accept("VERSION", "AS", "OF"):
        number = reader.take("number")
        yield Reference(name, version=int(number.text) if number and number.text.isdigit() else None)
    else:
        yield Reference(name, at_time=reader.accept("TIMESTAMP", "AS", "OF"))


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b"}


def _unescape(text: str) -> str:
    raw = text[0] in "rR"
    body = text[2:-1] if raw else text[1:-1]
    quote = text[-1]
    body = body.replace(quote * 2, quote)
    if raw:
        return body
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match.group(1), match.group(1)), body, flags=re.DOTALL)
