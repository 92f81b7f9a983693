"""The value of a comparison, with the type that its key has."""

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.cursor import Cursor
from brickyard.wire.filters.lexer import Kind, Token, shortened
from brickyard.wire.filters.literals import parse_list
from brickyard.wire.filters.vocabulary import Vocabulary

MAX_INTEGER = 2**63 - 1


def read_metric(cursor: Cursor) -> float:
    """
    Raises:
        InvalidParameterValue: not a number.
    """
    return float(_number(_piece(cursor), "metric"))


def read_number(cursor: Cursor, key: str, vocabulary: Vocabulary) -> int | float:
    """The value of a numeric attribute.

    Raises:
        InvalidParameterValue: not a number, a fraction where the attribute has none, or none of 64 bits.
    """
    token = _piece(cursor)
    quoted = vocabulary.quoted_numbers and token.kind in {Kind.STRING, Kind.QUOTED}
    text = token.text[1:-1].strip() if quoted else _number(token, f"numeric attribute: {key}")
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit():
        number = int(text) if len(digits) <= len(str(MAX_INTEGER)) else MAX_INTEGER + 1
        if abs(number) <= MAX_INTEGER:
            return number
    elif not quoted and not vocabulary.whole_numbers:
        return float(text)
    raise InvalidParameterValue(
        f"Invalid value for numeric attribute '{key}': '{shortened(text)}'. It must be an integer of 64 bits."
    )


def read_text(cursor: Cursor, what: str, vocabulary: Vocabulary) -> str:
    """A text in ' or ".

    Raises:
        InvalidParameterValue: not quoted, or not text.
    """
    token = _piece(cursor)
    if token.kind in {Kind.STRING, Kind.QUOTED}:
        return token.text[1:-1]
    if vocabulary.bare_values and token.kind in {Kind.NAME, Kind.NUMBER}:
        return token.text
    if token.kind is Kind.NAME and token.keyword != "NULL":
        raise InvalidParameterValue(
            "Parameter value is either not quoted or unidentified quote types used for string value "
            f"{token.shown}. Use either single or double quotes."
        )
    raise InvalidParameterValue(f"Expected a quoted string value for {what} (e.g. 'my-value'). Got value {token.shown}")


def read_list(cursor: Cursor) -> tuple[str, ...]:
    """The list of an IN comparison, its parenthesis comes next.

    Raises:
        InvalidParameterValue: as `parse_list`.
    """
    return parse_list(cursor.parenthesised()[1:-1])


def read_code(cursor: Cursor, name: str, vocabulary: Vocabulary) -> int:
    """The number of a text that the database holds as a number.

    Raises:
        InvalidParameterValue: not one of the texts.
    """
    text = read_text(cursor, "attributes", vocabulary)
    codes = vocabulary.codes[name]
    if text not in codes:
        raise InvalidParameterValue(f"Invalid {name} '{shortened(text)}'. Valid values are {list(codes)}")
    return codes[text]


def _piece(cursor: Cursor) -> Token:
    """The next token, or all of a parenthesis as one, for an error to show."""
    token = cursor.peek()
    if token.kind is Kind.END:
        raise InvalidParameterValue(f"Invalid clause(s) in filter string: a value is missing after '{cursor.tail()}'")
    if token.text == "(" and token.kind is Kind.PUNCTUATION:
        return Token(Kind.PUNCTUATION, cursor.parenthesised(), token.start)
    return cursor.take()


def _number(token: Token, what: str) -> str:
    if token.kind is not Kind.NUMBER:
        raise InvalidParameterValue(f"Expected numeric value type for {what}. Found {token.shown}")
    return token.text
