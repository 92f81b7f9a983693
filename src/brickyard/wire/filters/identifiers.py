"""What a name in a filter or in an order-by clause stands for."""

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.lexer import Kind, Token, shortened
from brickyard.wire.filters.tree import Entity
from brickyard.wire.filters.vocabulary import Vocabulary


def resolve(token: Token, vocabulary: Vocabulary) -> tuple[Entity, str]:
    """Entity and key of a NAME or QUOTED token, the key without its marks. A name without an entity is an attribute.

    Raises:
        InvalidParameterValue: an entity that this search does not have.
    """
    if token.kind is Kind.QUOTED or is_marked(token.text):
        return Entity.ATTRIBUTE, token.text[1:-1]
    first, dot, key = token.text.partition(".")
    if not dot:
        return Entity.ATTRIBUTE, first
    entity = vocabulary.entities.get(_unmarked(first, "`"))
    if entity is None:
        raise InvalidParameterValue(
            f"Invalid entity type '{shortened(first)}'. Valid values are {list(vocabulary.entities)}"
        )
    return entity, _unmarked(key, "'\"", "`")


def is_marked(text: str) -> bool:
    """Whether the whole text is one part in backquotes."""
    return len(text) >= 2 and text[0] == text[-1] == "`" and "`." not in text


def _unmarked(text: str, *layers: str) -> str:
    """Without the marks around it; each layer may be there once."""
    for marks in layers:
        if len(text) >= 2 and text[0] == text[-1] and text[0] in marks:
            text = text[1:-1]
    return text
