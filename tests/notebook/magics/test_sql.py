import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.notebook.magics.sql import markers, run_sql


class Spark:
    """Hears statements, as a session does."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []

    def sql(self, text: str, args: dict[str, str] | None = None) -> str:
        self.seen.append((text, args or {}))
        return f"rows of {text}"


def test_each_statement_and_the_last_ones_rows() -> None:
    spark = Spark()
    assert run_sql("select 1;\nselect ';' -- ;\n", spark, {}) == "rows of select ';' -- ;"
    assert [text for text, _ in spark.seen] == ["select 1", "select ';' -- ;"]
    assert run_sql(" ; ", spark, {}) is None


def test_widgets_are_parameters() -> None:
    spark = Spark()
    run_sql("select :day, ':no', t.a::int from ${table} where x = :other", spark, {"day": "1' or", "table": "t"})
    assert spark.seen == [("select :day, ':no', t.a::int from t where x = :other", {"day": "1' or"})]


def test_a_widget_that_is_not_there_is_left_for_spark_to_name() -> None:
    spark = Spark()
    run_sql("select ${missing}", spark, {})
    assert spark.seen[0][0] == "select ${missing}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select :a, :b_1", {"a", "b_1"}),
        ("select ':a', \":b\", `:c` -- :d\n/* :e */", set()),
        ("select v:field, v['x']:y, x::int", set()),
        ("where a=:a and(:b)", {"a", "b"}),
    ],
)
def test_markers(text: str, expected: set[str]) -> None:
    assert markers(text) == expected


@given(st.text())
def test_texts_have_no_markers(text: str) -> None:
    assert markers("select '" + text.replace("\\", "").replace("'", "") + "'") == set()
