"""Pages of lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue
from brickyard.server.catalog.paging import MAX_PAGE, cut, page


@given(
    st.sets(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), max_size=30), st.integers(1, 7)
)
def test_pages_together_are_the_list(names: set[str], size: int) -> None:
    rows, token, seen = sorted(names), "", list[str]()
    while True:
        of = page(size, token)
        shown, token = cut([row for row in rows if row > of.after][: of.fetch], of, lambda row: row)
        assert len(shown) <= size
        seen += shown
        if not token:
            break
    assert seen == rows


def test_sizes() -> None:
    assert page(0, "").limit == MAX_PAGE
    assert page(10**12, "").limit == MAX_PAGE
    assert page(None, "").limit > 10**6
    with pytest.raises(InvalidParameterValue, match="max_results"):
        page(-1, "")


@pytest.mark.parametrize("token", ["ü", "a", "!", "_w==", "AA=="])
def test_tokens_that_are_not_ours_are_refused(token: str) -> None:
    with pytest.raises(InvalidParameterValue, match="page_token"):
        page(1, token)
