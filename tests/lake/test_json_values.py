import base64
import datetime
import decimal
import json
import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.lake.json_values import CUT, json_values

ROWS = st.lists(
    st.none()
    | st.fixed_dictionaries(
        {
            "i": st.none() | st.integers(-(2**63), 2**63 - 1),
            "l": st.none() | st.lists(st.none() | st.text(max_size=3), max_size=3),
            "s": st.none() | st.fixed_dictionaries({"b": st.none() | st.booleans()}),
        }
    ),
    max_size=6,
)
KIND = pa.struct(
    [("i", pa.int64()), ("l", pa.list_(pa.string())), ("s", pa.struct([("b", pa.bool_())]))],
)


@given(ROWS, st.integers(0, 3), st.integers(0, 6))
def test_nested_values_are_arrow_s_own_also_in_slices(rows: list[Any], start: int, length: int) -> None:
    array = pa.array(rows, KIND).slice(start, length)
    assert json_values(array) == array.to_pylist()


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([1.5, math.nan, math.inf, -math.inf, None]), [1.5, "NaN", "Infinity", "-Infinity", None]),
        (pa.array([0.1], pa.float32()), [pytest.approx(0.1)]),
        (pa.array([decimal.Decimal("-1.10"), None], pa.decimal128(38, 2)), ["-1.10", None]),
        (pa.array([decimal.Decimal("0")], pa.decimal128(38, 18)), ["0.000000000000000000"]),
        (pa.array([datetime.date(2020, 2, 29), None]), ["2020-02-29", None]),
        (pa.array([-(10**6), 10**7], pa.date32()), ["-0768-02-04", "29349-01-26"]),
        (pa.array([0, None], pa.timestamp("us", "UTC")), ["1970-01-01T00:00:00.000000Z", None]),
        (pa.array([3 * 10**17], pa.timestamp("us", "UTC")), ["11476-08-15T05:20:00.000000Z"]),
        (pa.array([1], pa.timestamp("us")), ["1970-01-01T00:00:00.000001"]),
        (pa.array([b"\x00\xff", b"", None]), [base64.b64encode(b"\x00\xff").decode(), "", None]),
        (pa.array([True, None]), [True, None]),
        (pa.array([None], pa.null()), [None]),
        (
            pa.array([[("a", 1), ("b", None)], [], None], pa.map_(pa.string(), pa.int8())),
            [{"a": 1, "b": None}, {}, None],
        ),
        (pa.array([[(1, math.nan)]], pa.map_(pa.int32(), pa.float64())), [{"1": "NaN"}]),
        (pa.array([[(True, 1)]], pa.map_(pa.bool_(), pa.int32())), [{"true": 1}]),
        (pa.array([[(datetime.date(2020, 1, 1), 1)]], pa.map_(pa.date32(), pa.int32())), [{"2020-01-01": 1}]),
        (pa.array([[[1.0], None], None], pa.list_(pa.list_(pa.float64()))), [[[1.0], None], None]),
        (pa.array([{}, None], pa.struct([])), [{}, None]),
        (pa.array([], pa.int64()), []),
    ],
)
def test_values(array: pa.Array, expected: list[Any]) -> None:
    found = json_values(array)
    assert found == expected
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_long_text_and_binary_are_cut_visibly() -> None:
    assert json_values(pa.array(["abcdef", "abc"]), max_length=3) == ["abc" + CUT, "abc"]
    assert json_values(pa.array([["abcdef"]]), max_length=3) == [["abc" + CUT]]
    assert json_values(pa.array([b"abcdef"]), max_length=3) == [base64.b64encode(b"abc").decode() + CUT]
    assert json_values(pa.array(["abcdef"])) == ["abcdef"]
