"""A place in the tokens of one filter."""

from itertools import islice

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.lexer import MAX_TOKENS, Kind, Token, shortened, tokens


class Cursor:
    """Reads the tokens of a text from left to right. For one thread."""

    def __init__(self, text: str) -> None:
        """
        Raises:
            InvalidParameterValue: as `tokens`, or there are too many.
        """
        self.text = text
        self._tokens = list(islice(tokens(text), MAX_TOKENS + 1))
        if len(self._tokens) > MAX_TOKENS:
            raise InvalidParameterValue(f"Invalid filter: it has more than {MAX_TOKENS} words and marks.")
        self._at = 0

    def at_end(self) -> bool:
        return self.peek().kind is Kind.END

    def peek(self, ahead: int = 0) -> Token:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        """The next token; the one at the end stays."""
        token = self.peek()
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def tail(self) -> str:
        """The last two tokens that were taken, for an error to show."""
        taken = self._tokens[max(0, self._at - 2) : self._at]
        return shortened(self.text[taken[0].start : self.peek().start].rstrip()) if taken else ""

    def parenthesised(self) -> str:
        """What stands from the opening parenthesis that comes next to the one that closes it.

        Raises:
            InvalidParameterValue: nothing closes it.
        """
        start, depth = self.peek().start, 0
        while not self.at_end():
            token = self.take()
            depth += {"(": 1, ")": -1}.get(token.text, 0) if token.kind is Kind.PUNCTUATION else 0
            if depth == 0:
                return self.text[start : token.start + 1]
        raise invalid_clause(self.text[start:])


def invalid_clause(*pieces: str) -> InvalidParameterValue:
    shown = ", ".join(f"'{shortened(piece)}'" for piece in pieces)
    return InvalidParameterValue(f"Invalid clause(s) in filter string: {shown}. Comparisons are joined by AND.")
