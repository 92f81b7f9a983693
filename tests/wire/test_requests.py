"""Decoding of requests by protobuf's rules, with protobuf as the oracle."""

import contextlib
import json
import math
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from hypothesis import example, given
from hypothesis import strategies as st
from mlflow.protos import service_pb2

from brickyard.errors import InvalidParameterValue, MalformedRequest
from brickyard.server.tracking.metrics.wire import LogBatch, LogMetric
from brickyard.wire.requests import Request, decode_body, decode_mapping, parse_object, query_mapping

_POINT = {"run_id": "r", "key": "k", "value": 1, "timestamp": 1}


class Sample(Request, frozen=True):
    required = ("name",)
    name: str = ""
    number: int = 3
    flag: bool = False
    words: list[str] = []


@given(
    value=st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(10**6), 10**6)),
    timestamp=st.integers(-(2**63), 2**63 - 1),
    step=st.integers(-(2**63), 2**63 - 1),
    as_text=st.booleans(),
    key=st.text(min_size=1).filter(lambda text: text.encode("utf-8", "ignore").decode() == text),
)
def test_metrics_mean_what_protobuf_says(value: float, timestamp: int, step: int, as_text: bool, key: str) -> None:
    shown: Any = str if as_text else (lambda number: number)
    body = {"run_id": "r", "key": key, "value": shown(value), "timestamp": shown(timestamp), "step": shown(step)}
    theirs = ParseDict(body, service_pb2.LogMetric())
    ours = decode_body(LogMetric, json.dumps(body).encode())
    assert (ours.key, ours.value, ours.timestamp, ours.step) == (
        theirs.key,
        theirs.value,
        theirs.timestamp,
        theirs.step,
    )


@pytest.mark.parametrize(("text", "value"), [("NaN", math.nan), ("Infinity", math.inf), ("-Infinity", -math.inf)])
@pytest.mark.parametrize("quote", ['"', ""])
def test_numbers_that_json_lacks(text: str, value: float, quote: str) -> None:
    body = b'{"run_id": "r", "key": "k", "timestamp": 1, "value": %s}' % f"{quote}{text}{quote}".encode()
    found = decode_body(LogMetric, body).value
    assert found == value or (math.isnan(value) and found is not None and math.isnan(found))


@given(body=st.binary(max_size=60))
@example(body=b"\xff")
@example(body=b'"{}"')
@example(body=b"{" * 50_000)
@example(body=b"[" * 200_000)
@example(body=b'{"name": "\\ud800"}')
@example(body=b'{"name": 1e999}')
def test_any_bytes_are_a_request_or_an_error_of_ours(body: bytes) -> None:
    with contextlib.suppress(InvalidParameterValue):
        decode_body(Sample, body)


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


@given(values=st.dictionaries(st.sampled_from(["run_id", "metrics", "params", "tags", "other"]), _JSON, max_size=5))
def test_any_json_is_a_request_or_an_error_of_ours(values: dict[str, Any]) -> None:
    with contextlib.suppress(InvalidParameterValue):
        decode_body(LogBatch, json.dumps(values).encode())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "high"}, "value"),
        ({"value": None}, "value"),
        ({"timestamp": "soon"}, "timestamp"),
        ({"timestamp": 2**63}, "timestamp"),
        ({"step": 1.5}, "step"),
        ({"step": []}, "step"),
        ({"key": 5}, "key"),
        ({"key": ""}, "key"),
        ({"run_id": {}}, "run_id"),
    ],
)
def test_refusals_name_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidParameterValue, match=f"'{field}'"):
        decode_body(LogMetric, json.dumps({**_POINT, **change}).encode())


def test_a_field_inside_of_a_list_is_named() -> None:
    body = {"run_id": "r", "metrics": [{"key": "a", "value": 1}, {"key": "a", "value": "x"}]}
    with pytest.raises(InvalidParameterValue, match=r"'metrics\[(1|\.\.\.)\]\.value'"):
        decode_body(LogBatch, json.dumps(body).encode())


def test_null_is_absent_and_unknown_fields_are_ignored() -> None:
    assert decode_body(Sample, b'{"name": "a", "number": null, "colour": {"x": 1}}') == Sample(name="a")


def test_a_body_that_is_encoded_twice() -> None:
    assert decode_body(Sample, json.dumps(json.dumps({"name": "a"})).encode()) == Sample(name="a")


@pytest.mark.parametrize("body", [b"[]", b"5", b'"x"', b"null", b"tru", b"{'a': 1}"])
def test_what_is_no_object(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        parse_object(body)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"name": ""}', b'{"name": null}'])
def test_what_is_required(body: bytes) -> None:
    with pytest.raises(InvalidParameterValue, match="Missing value for required parameter 'name'"):
        decode_body(Sample, body)


def test_query_parameters() -> None:
    pairs = [("name", "first"), ("name", "last"), ("words", "a"), ("words", "b"), ("number", "7"), ("flag", "true")]
    found = decode_mapping(Sample, query_mapping(Sample, pairs))
    assert found == Sample(name="last", words=["a", "b"], number=7, flag=True)


def test_a_run_by_its_old_name() -> None:
    body = {**_POINT, "run_id": "", "run_uuid": "old"}
    assert decode_body(LogMetric, json.dumps(body).encode()).run_id == "old"
