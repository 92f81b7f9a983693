import json
from typing import Any

import pytest

from bench.tracking.load import LoadError, Window, parse_window

SUMMARY: dict[str, Any] = {
    "seconds": 2.5,
    "sent": 1016,
    "acknowledged": 1000,
    "refused": 0,
    "short": 0,
    "broken": 0,
    "timeouts": 0,
    "p50_ms": 1.25,
    "p99_ms": 9.5,
    "refusal": "",
}


def printed(**changes: object) -> str:
    return "Running 2s test @ http://127.0.0.1:1\n  2 threads\n" + json.dumps({**SUMMARY, **changes}) + "\n"


def test_a_window_is_read_from_what_wrk_prints() -> None:
    window = parse_window(printed())
    assert (window.acknowledged, window.sent, window.p99_ms) == (1000, 1016, 9.5)
    assert window.rate == 400.0
    assert window.errors() == []


def test_the_last_summary_counts() -> None:
    assert parse_window(printed(acknowledged=1) + printed(acknowledged=2)).acknowledged == 2


def test_every_kind_of_error_is_said() -> None:
    window = parse_window(printed(refused=3, broken=2, timeouts=1, refusal='503 {"no": "ö"}'))
    first, second, third = window.errors()
    assert first == '3 of 1003 refused, first: 503 {"no": "ö"}'
    assert second == "2 broken connections"
    assert third == "1 timeouts"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "unable to connect to 127.0.0.1:1 Connection refused\n",
        '{"seconds":1}\n',
        '{"seconds":\n',
        printed(acknowledged="many"),
        printed(surprise=1),
    ],
)
def test_what_is_no_summary_is_refused(text: str) -> None:
    with pytest.raises(LoadError):
        parse_window(text)


def test_a_window_is_frozen() -> None:
    window = Window(**SUMMARY)
    with pytest.raises(AttributeError):
        window.sent = 0  # type: ignore[misc]
