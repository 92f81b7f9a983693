"""Pages of lists that are ordered by one text: the token is that of the last row."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from brickyard.errors import InvalidParameterValue

MAX_PAGE = 1000
UNBOUNDED = 1_000_000_000

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page:
    """What to read: rows whose key is greater than `after`, at most `limit` and one more that tells of a next page."""

    after: str
    limit: int

    @property
    def fetch(self) -> int:
        return self.limit + 1


def page(max_results: int | None, page_token: str) -> Page:
    """Unity Catalog's rule: without max_results all rows, with 0 a page of the server's size, else at most so many.

    Raises:
        InvalidParameterValue: max_results is negative, or the token is not one of ours.
    """
    if max_results is not None and max_results < 0:
        raise InvalidParameterValue(
            f"Invalid value {max_results} for parameter 'max_results': it must not be negative."
        )
    limit = UNBOUNDED if max_results is None else min(max_results or MAX_PAGE, MAX_PAGE)
    try:
        after = base64.b64decode(page_token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidParameterValue(
            f"Invalid value {page_token[:100]!a} for parameter 'page_token': send the next_page_token of an answer."
        ) from None
    if "\0" in after:
        raise InvalidParameterValue("Invalid value for parameter 'page_token': send the next_page_token of an answer.")
    return Page(after, limit)


def cut(rows: Sequence[Row], of: Page, key: Callable[[Row], str]) -> tuple[list[Row], str]:
    """The rows of the page, and the token of the next one or ''."""
    shown = list(rows[: of.limit])
    if len(rows) <= of.limit or not shown:
        return shown, ""
    return shown, base64.urlsafe_b64encode(key(shown[-1]).encode()).decode()
