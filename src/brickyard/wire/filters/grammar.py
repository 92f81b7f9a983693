"""From text to a checked tree.

    filter     = { AND | comparison }        as on the stock server, an AND may be missing or too many
    comparison = identifier ( operator value | [NOT] IN list | IS [NOT] NULL )
    identifier = [ entity "." ] key          other characters than letters, digits and _ stand in `, " or '
    value      = number | quoted text
    list       = "(" quoted text { "," quoted text } [ "," ] ")"
    order term = identifier [ ASC | DESC ]

Keywords are read in any case; the names of entities and attributes only as written. There is no OR, no NOT before a
comparison, and no parentheses but those of a list.
"""

from collections.abc import Set
from itertools import islice

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.cursor import Cursor, invalid_clause
from brickyard.wire.filters.identifiers import resolve
from brickyard.wire.filters.lexer import Kind, Token, shortened, tokens
from brickyard.wire.filters.operators import BY_TEXT, LISTS, NULLS, checked_operator, read_operator
from brickyard.wire.filters.tree import Comparison, Entity, Operator, OrderTerm, Value
from brickyard.wire.filters.values import read_code, read_list, read_metric, read_number, read_text
from brickyard.wire.filters.vocabulary import NUMERIC, Vocabulary

MAX_COMPARISONS = 500  # SQLite takes expressions 1,000 deep, and each comparison is one AND deeper
MAX_LISTED = 10_000  # texts in all lists of a filter; SQLite takes 32,766 parameters


def parse_filter(text: str | None, vocabulary: Vocabulary) -> tuple[Comparison, ...]:
    """The comparisons of a filter, all of which must hold; none for an absent or empty filter.

    Raises:
        InvalidParameterValue: names the piece that does not belong.
    """
    if not text:
        return ()
    cursor = Cursor(text)
    if cursor.at_end():
        raise InvalidParameterValue(f"Invalid filter '{shortened(text)}'. Could not be parsed.")
    found: list[Comparison] = []
    while not cursor.at_end():
        if cursor.peek().keyword == "AND":
            cursor.take()
        else:
            found.append(_comparison(cursor, vocabulary))
            _check_size(found)
    return tuple(found)


def parse_order_term(text: str, vocabulary: Vocabulary) -> OrderTerm:
    """One order-by clause: an identifier, and ASC (the default) or DESC.

    Raises:
        InvalidParameterValue: names the clause.
    """
    unreadable = InvalidParameterValue(f"Invalid order_by clause '{shortened(text)}'. Could not be parsed.")
    try:
        pieces = list(islice(tokens(text), 4))[:-1]
    except InvalidParameterValue:
        raise unreadable from None
    if not 1 <= len(pieces) <= 2 or pieces[0].kind not in {Kind.NAME, Kind.QUOTED}:
        raise unreadable
    direction = pieces[1].keyword if len(pieces) == 2 else "ASC"
    if direction not in {"ASC", "DESC"}:
        raise InvalidParameterValue(f"Invalid ordering key in order_by clause '{shortened(text)}'.")
    entity, key = resolve(pieces[0], vocabulary)
    if entity not in vocabulary.order_entities:
        raise InvalidParameterValue(f"Invalid order_by entity: {entity.value}")
    if entity is Entity.ATTRIBUTE:
        if key not in vocabulary.order:
            raise InvalidParameterValue(
                f"Invalid {vocabulary.order_word} '{shortened(key)}' specified. "
                f"Valid keys are '{sorted(vocabulary.order)}'"
            )
        key = vocabulary.order[key]
    return OrderTerm(entity=entity, key=key, ascending=direction == "ASC")


def _comparison(cursor: Cursor, vocabulary: Vocabulary) -> Comparison:
    left = _left(cursor)
    written = read_operator(cursor, left)
    if left.kind not in {Kind.NAME, Kind.QUOTED}:
        raise InvalidParameterValue(f"Invalid comparison clause. Expected 'Identifier' found '{left.shown}'")
    entity, key = resolve(left, vocabulary)
    allowed = vocabulary.operators.get(entity, frozenset())
    if entity is Entity.DATASET and key not in vocabulary.dataset_keys:
        raise InvalidParameterValue(
            f"Invalid dataset key '{shortened(key)}' specified. Valid keys are '{sorted(vocabulary.dataset_keys)}'"
        )
    if entity is Entity.ATTRIBUTE:
        name = vocabulary.numeric.get(key) or vocabulary.text.get(key)
        if name is None:
            raise InvalidParameterValue(
                f"Invalid attribute key '{shortened(key)}' specified. Valid keys are '{vocabulary.attributes}'"
            )
        allowed = vocabulary.attribute_operators.get(name, NUMERIC if key in vocabulary.numeric else allowed)
        key = name
    value = _value(cursor, vocabulary, entity=entity, key=key, operator=BY_TEXT.get(written), allowed=allowed)
    operator = checked_operator(written, allowed, left, vocabulary)
    return Comparison(entity=entity, key=key, operator=operator, value=value)


def _value(
    cursor: Cursor,
    vocabulary: Vocabulary,
    *,
    entity: Entity,
    key: str,
    operator: Operator | None,
    allowed: Set[Operator],
) -> Value:
    """The value that the key takes; a list where none is taken is refused as a value of the wrong kind."""
    if operator in NULLS:
        return None
    if operator in LISTS and allowed >= LISTS:
        if entity is Entity.ATTRIBUTE and key not in vocabulary.lists:
            raise InvalidParameterValue(
                f"Only {sorted(vocabulary.lists)} attributes support comparison with a list of quoted string values."
            )
        return read_list(cursor)
    if entity is Entity.METRIC:
        return read_metric(cursor)
    if entity is not Entity.ATTRIBUTE:
        return read_text(cursor, entity.value, vocabulary)
    if key in vocabulary.numeric.values():
        return read_number(cursor, key, vocabulary)
    if key in vocabulary.codes:
        return read_code(cursor, key, vocabulary)
    return read_text(cursor, "attributes", vocabulary)


def _left(cursor: Cursor) -> Token:
    """The token that a comparison begins with."""
    token = cursor.peek()
    if token.keyword in {"OR", "NOT"}:
        raise invalid_clause(token.text)
    if token.text == "(":
        raise invalid_clause(cursor.parenthesised())
    if token.text == ";" and cursor.peek(1).kind is not Kind.END:
        raise InvalidParameterValue(
            f"Search filter contained multiple expression '{shortened(cursor.text)}'. Provide AND-ed expression list."
        )
    if token.kind in {Kind.PUNCTUATION, Kind.OPERATOR}:
        raise invalid_clause(token.text)
    return cursor.take()


def _check_size(found: list[Comparison]) -> None:
    if len(found) > MAX_COMPARISONS:
        raise InvalidParameterValue(f"Invalid filter: it has more than {MAX_COMPARISONS} comparisons.")
    last = found[-1].value
    if isinstance(last, tuple) and sum(len(c.value) for c in found if isinstance(c.value, tuple)) > MAX_LISTED:
        raise InvalidParameterValue(f"Invalid filter: its lists have more than {MAX_LISTED} values.")
