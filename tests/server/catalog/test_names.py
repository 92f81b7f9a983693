"""Names, and the folders that are called after them."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue
from brickyard.server.catalog.names import MAX_NAME, checked_name, checked_text, folder_of, full_name, schema_name

SAFE_IN_URI = set(string.ascii_lowercase + string.digits + "_-~")


def valid(text: str) -> str:
    try:
        return checked_name("name", text)
    except InvalidParameterValue:
        assume(False)
        raise


@given(st.text(max_size=300))
def test_a_checked_name_is_stored_and_compared_without_case(text: str) -> None:
    name = valid(text)
    assert checked_name("name", name) == name
    assert checked_name("name", f"`{name}`") == name
    assert 1 <= len(name) <= MAX_NAME
    assert not set(name) & set("./ \t\n\0`")


@given(st.text(min_size=1, max_size=255))
def test_a_folder_is_one_step_of_a_path_and_needs_no_escape(text: str) -> None:
    folder = folder_of(valid(text))
    assert set(folder) <= SAFE_IN_URI
    assert 1 <= len(folder) <= 200


@given(st.text(min_size=1, max_size=255), st.text(min_size=1, max_size=255))
def test_different_names_have_different_folders(one: str, other: str) -> None:
    one, other = valid(one), valid(other)
    assert (folder_of(one) == folder_of(other)) == (one == other)


def test_long_names_that_begin_alike_have_different_folders() -> None:
    assert folder_of("ü" * 254 + "a") != folder_of("ü" * 254 + "b")


@pytest.mark.parametrize(
    "name", ["customers", "my-table", "a_b_1", "ünïcode", "日本", "a$b", "it's", 'say"so"', "50%", "a#b?c"]
)
def test_these_names_are_allowed(name: str) -> None:
    assert checked_name("name", name) == name


@pytest.mark.parametrize(
    "name", ["", "a b", "a.b", "a/b", "a\tb", "a\nb", "a\0b", "\x7f", "a`b", "\u00a0", "\ud800", "x" * 256]
)
def test_these_names_are_refused_and_the_field_is_named(name: str) -> None:
    with pytest.raises(InvalidParameterValue, match="'schema_name'"):
        checked_name("schema_name", name)


def test_full_names() -> None:
    assert full_name("f", "Main.`My-Schema`.T") == ("main", "my-schema", "t")
    assert str(schema_name("f", "A.B")) == "a.b"
    for text in ("a", "a.b", "a.b.c.d", "a..c", ".a.b", "a.b."):
        with pytest.raises(InvalidParameterValue, match="'full_name'"):
            full_name("full_name", text)


def test_free_texts() -> None:
    assert checked_text("comment", "any\ntext") == "any\ntext"
    for text in ("x" * 65_537, "null\0character"):
        with pytest.raises(InvalidParameterValue, match="'comment'"):
            checked_text("comment", text)
