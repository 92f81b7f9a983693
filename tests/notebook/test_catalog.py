"""Dotted names, as users write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook.catalog import TableName, quote_name, split_name


@pytest.mark.parametrize(
    ("text", "parts"),
    [("a", ("a",)), ("a.b.c", ("a", "b", "c")), ("`a.b`.c", ("a.b", "c")), ("`a``b`", ("a`b",)), ("a. b", ("a", "b"))],
)
def test_split(text: str, parts: tuple[str, ...]) -> None:
    assert split_name(text) == parts


@pytest.mark.parametrize("text", ["", "a.", ".a", "a..b", "`a", "`a`b", "``"])
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not a name"):
        split_name(text)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_quoted_names_are_read_back(parts: list[str]) -> None:
    assert split_name(quote_name(parts)) == tuple(parts)


def test_forms_of_a_table_s_name() -> None:
    name = TableName(catalog="a", schema="b", table="c-d")
    assert (name.full, name.quoted) == ("a.b.c-d", "`a`.`b`.`c-d`")
