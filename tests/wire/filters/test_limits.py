"""Hostile filters: long, deep, cut short."""

import time
from collections.abc import Callable

import pytest

from brickyard.errors import InvalidParameterValue
from brickyard.wire.filters.grammar import MAX_COMPARISONS, MAX_LISTED, parse_filter
from brickyard.wire.filters.lexer import MAX_LENGTH
from brickyard.wire.filters.vocabulary import RUNS

LONG = MAX_LENGTH
HOSTILE: dict[str, Callable[[int], str]] = {
    "quotes": lambda n: "'" * n,
    "double quotes": lambda n: '"' * n,
    "backquotes": lambda n: "`" * (n - 1),
    "marks in turn": lambda n: "'\"`" * (n // 3),
    "escaped quotes": lambda n: "tags.a = '" + "\\'" * (n // 2 - 10),
    "doubled quotes": lambda n: "tags.a = '" + "''" * (n // 2 - 10) + "x",
    "backslashes": lambda n: "tags.a = '" + "\\" * (n - 20),
    "digits": lambda n: "metrics.a > " + "1" * (n - 20) + "x",
    "minus signs": lambda n: "metrics.a > " + "-" * (n - 20),
    "points": lambda n: "a." * (n // 2),
    "spaces": lambda n: " " * n,
    "parentheses": lambda n: "run_id IN " + "(" * (n - 20),
    "closed parentheses": lambda n: "run_id IN " + "(" * (n // 2 - 10) + ")" * (n // 2 - 10),
    "nots": lambda n: "NOT " * (n // 4),
    "list of quotes": lambda n: "run_id IN (" + "'" * (n - 20) + ")",
    "list of escapes": lambda n: "run_id IN ('" + "\\x" * (n // 2 - 20) + "')",
    "list without commas": lambda n: "run_id IN (" + "'a' " * (n // 4 - 20) + "x)",
    "ands": lambda n: "AND " * (n // 4) + "OR",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_linear_time_and_gets_a_short_answer(name: str) -> None:
    text = HOSTILE[name](LONG)
    answer = ""
    began = time.process_time()
    try:
        parse_filter(text, RUNS)
    except InvalidParameterValue as error:
        answer = error.message
    assert time.process_time() - began < 2  # quadratic time would be hours
    assert len(answer) < 2000


def test_a_text_over_the_limit_is_refused() -> None:
    with pytest.raises(InvalidParameterValue, match="500001 characters"):
        parse_filter("x" * (LONG + 1), RUNS)


def test_the_longest_value_is_whole() -> None:
    value = "x" * (LONG - 20)
    assert parse_filter(f"tags.a = '{value}'", RUNS)[0].value == value


def test_as_many_comparisons_and_list_entries_as_the_limits_say() -> None:
    assert len(parse_filter("metrics.a > 1 AND " * MAX_COMPARISONS, RUNS)) == MAX_COMPARISONS
    with pytest.raises(InvalidParameterValue, match="more than 500 comparisons"):
        parse_filter("metrics.a > 1 AND " * (MAX_COMPARISONS + 1), RUNS)
    ids = ",".join(f"'{number:032x}'" for number in range(MAX_LISTED))
    assert len(parse_filter(f"run_id IN ({ids})", RUNS)[0].value or ()) == MAX_LISTED  # type: ignore[arg-type]  # a tuple
    with pytest.raises(InvalidParameterValue, match="more than 10000 values"):
        parse_filter(f"run_id IN ({ids}) AND run_id IN ('x')", RUNS)


@pytest.mark.parametrize("text", ["tags.a = '\0'", "tags.`\0` = 'x'", "tags.a = '\ud800'", "run_id IN ('\\x00')", "\0"])
def test_text_that_no_database_takes_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="Invalid text in filter string"):
        parse_filter(text, RUNS)


@pytest.mark.parametrize("text", ["9223372036854775808", "-9223372036854775808", "1" * 5000])
def test_integers_beyond_64_bits_are_refused(text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="integer of 64 bits"):
        parse_filter(f"start_time > {text}", RUNS)
    assert parse_filter(f"metrics.a > {text}", RUNS)[0].value == float(text)


@pytest.mark.parametrize("text", ["tags.a =", "tags.a LIKE", "metrics.a >  ", "tags.a = 'x' AND tags.b !="])
def test_a_missing_value_is_named(text: str) -> None:
    with pytest.raises(
        InvalidParameterValue, match=r"Invalid clause\(s\) in filter string: a value is missing after 'ta|me"
    ):
        parse_filter(text, RUNS)
