"""Page tokens, interchangeable with the stock server's: base64 of a JSON object that has the offset of the next page.

The search of logged models puts its arguments beside the offset, and refuses a token of a search with others.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from brickyard.errors import InvalidParameterValue

MAX_OFFSET = 2**62  # with a page added, still an integer of 64 bits
_MAX_LENGTH = 4_000_000  # characters; the filter in a token may have a million


def create_page_token(offset: int) -> str:
    return _encoded({"offset": offset})


def parse_page_token(token: str) -> int:
    """The offset in a token; an empty token is the first page.

    Raises:
        InvalidParameterValue: not one of our tokens; says what is wrong with it.
    """
    if not token:
        return 0
    fields = _decoded(token)
    if not fields.get("offset"):
        raise InvalidParameterValue(f"Invalid page token, parsed value={_shown(fields)}")
    return _offset(fields["offset"])


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedModelsToken:
    """The next page of a search of logged models. `order_by` has the keys of the request's JSON."""

    experiment_ids: Sequence[str]
    filter_string: str | None = None
    order_by: Sequence[Mapping[str, Any]] | None = None
    offset: int = 0

    def encode(self) -> str:
        return _encoded(asdict(self))

    @classmethod
    def decode(cls, token: str) -> "LoggedModelsToken":
        """
        Raises:
            InvalidParameterValue: not a token of this search.
        """
        fields = _decoded(token)
        ids, text, order = fields.get("experiment_ids"), fields.get("filter_string"), fields.get("order_by")
        if not (isinstance(ids, list) and isinstance(text, str | None) and isinstance(order, list | None)):
            raise InvalidParameterValue(f"Invalid page token, parsed value={_shown(fields)}")
        return cls(
            experiment_ids=ids,
            filter_string=text or None,
            order_by=order or None,
            offset=_offset(fields.get("offset") or 0),
        )

    def check_same_search(self, other: "LoggedModelsToken") -> None:
        """
        Raises:
            InvalidParameterValue: the searches differ in experiments, filter or order; names the first.
        """
        pairs = (
            ("Experiment IDs", "do not match the requested experiment IDs", self.experiment_ids, other.experiment_ids),
            ("Filter string", "does not match the requested filter string", self.filter_string, other.filter_string),
            ("Order by", "does not match the requested order by", self.order_by, other.order_by),
        )
        for name, differs, here, there in pairs:
            if here != there:
                raise InvalidParameterValue(
                    f"{name} in the page token {differs}. Expected: {_shown(there)}. Found: {_shown(here)}"
                )


def _encoded(fields: Mapping[str, Any]) -> str:
    return base64.b64encode(json.dumps(fields).encode()).decode()


def _decoded(token: str) -> dict[str, Any]:
    try:
        text = base64.b64decode(token[:_MAX_LENGTH], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParameterValue("Invalid page token, could not base64-decode") from None
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidParameterValue(f"Invalid page token, decoded value={_shown(text)}") from None
    if not isinstance(fields, dict):
        raise InvalidParameterValue(f"Invalid page token, parsed value={_shown(fields)}")
    return fields


def _offset(value: object) -> int:
    """The stock server takes texts of digits too."""
    number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 20 else value
    if type(number) is not int or not 0 <= number <= MAX_OFFSET:
        raise InvalidParameterValue(f"Invalid page token, its offset {_shown(value)} is not a row number")
    return number


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
