"""The operator of a comparison."""

from collections.abc import Set

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.cursor import Cursor, invalid_clause
from brickyard.wire.filters.lexer import Kind, Token, shortened
from brickyard.wire.filters.tree import Entity, Operator
from brickyard.wire.filters.vocabulary import Vocabulary

LISTS = frozenset({Operator.IN, Operator.NOT_IN})
NULLS = frozenset({Operator.IS_NULL, Operator.IS_NOT_NULL})

BY_TEXT = {operator.value: operator for operator in Operator}
_WORDS = frozenset({"LIKE", "ILIKE", "RLIKE", "REGEXP"})  # the last two are operators, and no search has them
_PLURALS = {Entity.TAG: "tags", Entity.PARAM: "params"}


def read_operator(cursor: Cursor, left: Token) -> str:
    """The operator after an identifier, in capitals: one of `Operator`, or one that SQL has and no search.

    Raises:
        InvalidParameterValue: something else; shows it and the identifier.
    """
    token = cursor.take()
    if token.kind is Kind.OPERATOR:
        return token.text
    first, second, third = token.keyword, cursor.peek().keyword, cursor.peek(1).keyword
    if first in _WORDS:
        return first
    if first == "NOT" and second in _WORDS:
        return f"NOT {cursor.take().keyword}"
    listed = cursor.peek(1 if first == "NOT" else 0)
    if (first == "IN" or (first, second) == ("NOT", "IN")) and listed.text == "(":
        return first if first == "IN" else f"NOT {cursor.take().keyword}"
    if (first, second) == ("IS", "NULL"):
        cursor.take()
        return "IS NULL"
    if (first, second, third) == ("IS", "NOT", "NULL"):
        cursor.take()
        cursor.take()
        return "IS NOT NULL"
    raise invalid_clause(left.text, *((token.text,) if token.text else ()))


def checked_operator(text: str, allowed: Set[Operator], left: Token, vocabulary: Vocabulary) -> Operator:
    """
    Raises:
        InvalidParameterValue: not one of the operators that the identifier allows.
    """
    operator = BY_TEXT.get(text)
    if operator in allowed and operator is not None:
        return operator
    nullable = [_PLURALS[e] for e in _PLURALS if Operator.IS_NULL in vocabulary.operators.get(e, ())]
    if operator in NULLS and nullable:
        raise InvalidParameterValue(
            f"IS NULL / IS NOT NULL is only supported for {' and '.join(nullable)}, not for '{left.shown}'"
        )
    raise InvalidParameterValue(
        f"Invalid comparator '{shortened(text)}' not one of '{sorted(each.value for each in allowed)}'"
    )
