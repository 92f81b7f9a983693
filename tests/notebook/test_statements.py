import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook.statements import split_statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; ;", []),
        ("select 1", ["select 1"]),
        ("select 1; select 2;", ["select 1", "select 2"]),
        ('select \';\'; select "a;\\";b"', ["select ';'", 'select "a;\\";b"']),
        ("select `a;b` -- x; y\nfrom t; -- end", ["select `a;b` -- x; y\nfrom t"]),
        ("/* a; */ select 1 /* ; */", ["/* a; */ select 1 /* ; */"]),
        ("select 'it''s; so'", ["select 'it''s; so'"]),
    ],
)
def test_statements(text: str, expected: list[str]) -> None:
    assert split_statements(text) == expected


@given(st.lists(st.text(alphabet="ab1 ;'\n", max_size=8)))
def test_quoted_texts_are_never_divided(parts: list[str]) -> None:
    statements = ["select '" + part.replace("'", "''") + "'" for part in parts]
    assert split_statements(";".join(statements)) == statements
