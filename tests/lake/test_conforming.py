import datetime
import decimal
from typing import Any

import pyarrow as pa
import pytest

from brickyard.errors import InvalidParameterValue
from brickyard.lake.conforming import as_delta, conformed

NOON = datetime.datetime(2020, 1, 1, 12, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (pa.array([200], pa.uint8()), pa.int16()),
        (pa.array([2**32 - 1], pa.uint32()), pa.int64()),
        (pa.array([2**63 - 1], pa.uint64()), pa.int64()),
        (pa.array(["x"], pa.large_string()), pa.string()),
        (pa.array(["x"]).dictionary_encode(), pa.string()),
        (pa.array([b"ab"], pa.binary(2)), pa.binary()),
        (pa.array([[1.0, 2.0]], pa.list_(pa.float32(), 2)), pa.list_(pa.float32())),
        (pa.array([NOON], pa.timestamp("ns", "Europe/Paris")), pa.timestamp("us", "UTC")),
        (pa.array([NOON], pa.timestamp("s", "UTC")), pa.timestamp("us", "UTC")),
        (
            pa.array([{"x": ["y"]}], pa.struct([("x", pa.large_list(pa.large_string()))])),
            pa.struct([("x", pa.list_(pa.string()))]),
        ),
    ],
)
def test_other_representations_become_delta_s(array: pa.Array, kind: pa.DataType) -> None:
    made = as_delta(pa.table({"a": array}))
    assert made.schema.field("a").type == kind
    assert made["a"].to_pylist() == array.to_pylist()


def test_nanoseconds_become_microseconds() -> None:
    made = as_delta(pa.table({"a": pa.array([1_999], pa.timestamp("ns"))}))
    assert made["a"].cast(pa.int64()).to_pylist() == [1]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (pa.table({}), "at least one column"),
        (pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]), "'a' occurs twice"),
        (pa.table({"gap": pa.array([1], pa.duration("us"))}), "'gap' has type duration"),
        (pa.table({"gap": pa.array([[1]], pa.list_(pa.time64("us")))}), "'gap' has type time64"),
        (pa.table({"big": pa.array([2**64 - 1], pa.uint64())}), "'big' is int64"),
        (pa.table({"wide": pa.array([decimal.Decimal(1)], pa.decimal256(50, 1))}), "'wide' has type decimal256"),
    ],
)
def test_what_delta_lacks_is_refused(rows: pa.Table, words: str) -> None:
    with pytest.raises(InvalidParameterValue, match=words):
        as_delta(rows)


@pytest.mark.parametrize(
    ("data", "column", "expected"),
    [
        (pa.array([1, None], pa.int8()), pa.int64(), [1, None]),
        (pa.array([1.0, None]), pa.int64(), [1, None]),
        (pa.array([1]), pa.float64(), [1.0]),
        (pa.array([1]), pa.decimal128(20, 2), [decimal.Decimal("1.00")]),
        (pa.array([None]), pa.string(), [None]),
        (pa.array([[1]], pa.list_(pa.int32())), pa.list_(pa.int64()), [[1]]),
        (pa.array([{"x": 1}]), pa.struct([("x", pa.float64()), ("y", pa.string())]), [{"x": 1.0, "y": None}]),
    ],
)
def test_values_that_keep_their_meaning_fit(data: pa.Array, column: pa.DataType, expected: list[Any]) -> None:
    found = conformed(pa.table({"a": data}), pa.schema([("a", column)]))
    assert found["a"].to_pylist() == expected
    assert found.schema.field("a").type == column


@pytest.mark.parametrize(
    ("data", "column"),
    [
        (pa.array([1.5]), pa.int64()),
        (pa.array([float("nan")]), pa.int64()),
        (pa.array([300]), pa.int8()),
        (pa.array(["1"]), pa.int64()),
        (pa.array([1]), pa.string()),
        (pa.array([True]), pa.int64()),
        (pa.array([1]), pa.bool_()),
        (pa.array([b"x"]), pa.string()),
        (pa.array([0], pa.timestamp("us")), pa.timestamp("us", "UTC")),
        (pa.array([decimal.Decimal("1.25")]), pa.decimal128(10, 1)),
        (pa.array([100]), pa.decimal128(3, 1)),
        (pa.array([0.25]), pa.decimal128(10, 1)),
        (pa.array([["1"]]), pa.list_(pa.int64())),
        (pa.array([{"z": 1}]), pa.struct([("x", pa.int64())])),
    ],
)
def test_values_that_would_change_are_refused(data: pa.Array, column: pa.DataType) -> None:
    with pytest.raises(InvalidParameterValue, match="Column 'a'"):
        conformed(pa.table({"a": data}), pa.schema([("a", column)]))


def test_columns_go_by_name() -> None:
    known = pa.schema([pa.field("a", pa.int64()), pa.field("b", pa.string(), nullable=False)])
    found = conformed(pa.table({"b": ["x"], "a": [1]}), known)
    assert found.to_pylist() == [{"a": 1, "b": "x"}]
    assert conformed(pa.table({"b": ["x"]}), known).to_pylist() == [{"a": None, "b": "x"}]
    with pytest.raises(InvalidParameterValue, match=r"no column 'c'\. Its columns are a, b;"):
        conformed(pa.table({"b": ["x"], "c": [1]}), known)
    assert conformed(pa.table({"c": [1], "b": ["x"]}), known, evolve=True).to_pylist() == [
        {"a": None, "b": "x", "c": 1}
    ]
    with pytest.raises(InvalidParameterValue, match="'b' must not be null, but 1"):
        conformed(pa.table({"a": [1]}), known)
