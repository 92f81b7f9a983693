"""Statements and the tables that they name, found in tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook.engines.sql_text import Reader, Reference, references_of, tokens_of


def _read(sql: str) -> list[str]:
    return [".".join(reference.parts) for reference in references_of(sql) if reference.read]


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT * FROM a.b.c", ["a.b.c"]),
        (
            "select x from a.b.c as t join `d e`.f on t.x = f.x, g.h where y in (select z from i)",
            ["a.b.c", "d e.f", "i"],
        ),
        ("SELECT a.b, c.d FROM x.y, p.q r, (SELECT 1) WHERE m.n > 1", ["x.y", "p.q"]),
        ("SELECT extract(year FROM ts), 'FROM no.no' -- FROM never.never\n /* FROM x */ FROM t", ["ts", "t"]),
        ("SELECT * FROM range(10)", []),
        ("INSERT INTO a.b SELECT * FROM c.d", ["c.d"]),
        ("INSERT OVERWRITE TABLE a.b SELECT 1", []),
        ("MERGE INTO a.b t USING c.d s ON t.id = s.id WHEN MATCHED THEN UPDATE SET *", ["a.b", "c.d"]),
        ("UPDATE a.b SET x = (SELECT max(y) FROM c.d)", ["a.b", "c.d"]),
        ("DELETE FROM a.b WHERE x = 1", ["a.b"]),
        ("CREATE TEMP VIEW v AS SELECT * FROM a.b", ["a.b"]),
        ("SELECT * FROM l JOIN r USING (id)", ["l", "r"]),
    ],
)
def test_tables_that_are_read(sql: str, names: list[str]) -> None:
    assert _read(sql) == names


def test_written_tables_and_versions() -> None:
    assert references_of("INSERT INTO a.b VALUES (1)") == (Reference(("a", "b"), written=True, read=False),)
    assert references_of("MERGE INTO a USING b ON x")[0] == Reference(("a",), written=True, read=True)
    assert references_of("SELECT * FROM a VERSION AS OF 3") == (Reference(("a",), version=3),)
    assert references_of("SELECT * FROM a FOR VERSION AS OF 0 x") == (Reference(("a",), version=0),)
    assert references_of("SELECT * FROM a TIMESTAMP AS OF '2024-01-01'") == (Reference(("a",), at_time=True),)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it''s'", "it's"),
        (r"'a\'b\n'", "a'b\n"),
        ('"x""y"', 'x"y'),
        (r"r'\d'", r"\d"),
        ("`a``b`", "a`b"),
        ("word", "word"),
    ],
)
def test_values(text: str, value: str) -> None:
    [token] = tokens_of(text)
    assert token.value == value


def test_the_rest_is_the_text_as_written() -> None:
    reader = Reader("CREATE TABLE t  AS\n  SELECT  'a;' , 1 -- end\n ; ")
    assert reader.accept("CREATE", "TABLE")
    assert reader.name() == ("t",)
    assert reader.accept("AS")
    assert reader.rest() == "SELECT  'a;' , 1"


def test_brackets() -> None:
    reader = Reader("(a DECIMAL(10, 2), b STRING COMMENT ')') x")
    assert reader.in_brackets() == "a DECIMAL(10, 2), b STRING COMMENT ')'"
    assert reader.next is not None
    assert reader.next.text == "x"
    assert Reader("(never closed").in_brackets() is None


@given(st.text())
def test_tokens_lie_in_the_text_in_their_order(text: str) -> None:
    position = 0
    for token in tokens_of(text):
        assert text[token.start : token.end] == token.text
        assert token.start >= position
        position = token.end


@given(st.text(alphabet="`'\"()-/* ,.;\\abSELECTFROM\n"))
def test_no_text_breaks_the_search_for_tables(text: str) -> None:
    for reference in references_of(f"SELECT * FROM {text}"):
        assert reference.parts
