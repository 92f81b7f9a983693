"""The oracle: mlflow's own scoring server, its functions called in process. Answers must be equal, letter by letter."""

import io
import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import scoring_server

from brickyard.scoring.batches import Batches, Request
from brickyard.scoring.model import Model
from brickyard.scoring.protocol.answers import Answer
from tests.scoring.models import churn_rows

INVOCATIONS: Any = scoring_server.invocations
JSON = "application/json"
CHECKED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
pytestmark = pytest.mark.filterwarnings("ignore")  # pandas and numpy on odd values, as in mlflow's own server


def stock(model: Model, body: bytes, content_type: str = JSON) -> tuple[int, str]:
    """Status and body of mlflow's scoring server; of an error its message."""
    try:
        found = INVOCATIONS(body, content_type, model.pyfunc, model.schema)
    except MlflowException as error:
        told: Any = error
        return told.get_http_status_code(), error.message
    return found.status, found.response


def ours(model: Model, bodies: Sequence[bytes], content_type: str = JSON) -> list[Answer]:
    answers = dict(Batches(model).answer([Request(i, content_type, body) for i, body in enumerate(bodies)]))
    return [answers[i] for i in range(len(bodies))]


def check(model: Model, bodies: Sequence[bytes], content_type: str = JSON) -> None:
    for body, answer in zip(bodies, ours(model, bodies, content_type), strict=True):
        status, said = stock(model, body, content_type)
        if status == 200:
            assert (answer.status, answer.body.decode()) == (200, said)
        else:
            assert 400 <= answer.status < 500
            told = json.loads(answer.body)
            assert told.keys() == {"error_code", "message"}
            assert "Traceback" not in told["message"]


def split(frame: pd.DataFrame) -> bytes:
    return json.dumps({"dataframe_split": frame.to_dict(orient="split", index=False)}).encode()


def records(frame: pd.DataFrame) -> bytes:
    return json.dumps({"dataframe_records": frame.to_dict(orient="records")}).encode()


def inputs(frame: pd.DataFrame) -> bytes:
    return json.dumps({"inputs": frame.to_dict(orient="list")}).encode()


def instances(frame: pd.DataFrame) -> bytes:
    return json.dumps({"instances": frame.to_dict(orient="records")}).encode()


@pytest.mark.parametrize("form", [split, records, inputs, instances])
@pytest.mark.parametrize("count", [1, 5])
def test_each_form_gives_what_predict_gives(churn: Model, form: Any, count: int) -> None:
    rows = churn_rows(count, seed=3)
    (answer,) = ours(churn, [form(rows)])
    assert json.loads(answer.body)["predictions"] == churn.pyfunc.predict(rows).tolist()
    check(churn, [form(rows)])


def test_csv_and_parquet(churn: Model) -> None:
    rows = churn_rows(4, seed=5)
    check(churn, [rows.to_csv(index=False).encode()] * 2, "text/csv")
    check(churn, [rows.to_csv(index=False).encode()], "text/csv; charset=UTF-8")
    data = io.BytesIO()
    rows.to_parquet(data)
    check(churn, [data.getvalue()] * 2, "application/vnd.apache.parquet")
    check(churn, [b"PAR1 not"], "application/vnd.apache.parquet")
    check(churn, [b"\xff\xfe,1"], "text/csv")


def test_requests_of_one_batch_get_their_own_answers(churn: Model) -> None:
    forms = (split, records, inputs, instances)
    bodies = [forms[i % 4](churn_rows(1 + i % 3, seed=i)) for i in range(40)]
    for body, answer in zip(bodies, ours(churn, bodies), strict=True):
        expected = json.loads(stock(churn, body)[1])["predictions"]
        found = json.loads(answer.body)["predictions"]
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert one == pytest.approx(other, rel=1e-12)


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([2**31, 2**53 + 1, -(2**63), 2**63, 2**64, 10**400]),
    st.floats(width=32),
    st.floats(),
    st.sampled_from(["", "One year", "1", "2020-01-02", "2020-01-02T03:04:05.678", "02/01/2020", "2020-01-02 03:04"]),
)
GOOD = {
    "a_double": st.one_of(st.none(), st.floats(), st.integers(-(2**60), 2**60)),
    "a_float": st.one_of(st.none(), st.floats(width=32), st.integers(0, 2**40)),
    "a_long": st.integers(-(2**63), 2**63 - 1),
    "a_integer": st.integers(-(2**31), 2**31 - 1),
    "a_boolean": st.booleans(),
    "a_string": st.one_of(st.none(), st.text(max_size=5)),
    "a_datetime": st.sampled_from(["2020-01-02", "2021-11-12", "2020-01-02T03:04:05", "2020-01-02T03:04:05.123"]),
}


@st.composite
def good_rows(draw: st.DrawFn, most: int = 3) -> list[dict[str, Any]]:
    return [{name: draw(values) for name, values in GOOD.items()} for _ in range(draw(st.integers(1, most)))]


@st.composite
def odd_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = draw(good_rows())
    for _ in range(draw(st.integers(1, 3))):
        row = draw(st.sampled_from(rows))
        name = draw(st.sampled_from([*GOOD, "extra"]))
        if draw(st.booleans()):
            row[name] = draw(VALUES)
        else:
            row.pop(name, None)
    return rows


def as_split(rows: list[dict[str, Any]]) -> bytes:
    names = list(rows[0])
    return json.dumps({"dataframe_split": {"columns": names, "data": [list(row.values()) for row in rows]}}).encode()


def as_records(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"dataframe_records": rows}).encode()


@CHECKED
@given(rows=good_rows(), form=st.sampled_from([as_split, as_records]))
def test_the_model_sees_the_same_table(echo: Model, rows: list[dict[str, Any]], form: Any) -> None:
    check(echo, [form(rows)])


@CHECKED
@given(batch=st.lists(good_rows(), min_size=2, max_size=4), form=st.sampled_from([as_split, as_records]))
def test_the_model_sees_the_same_rows_in_a_batch(echo: Model, batch: list[list[dict[str, Any]]], form: Any) -> None:
    check(echo, [form(rows) for rows in batch])


@CHECKED
@given(batch=st.lists(odd_rows(), min_size=1, max_size=3), form=st.sampled_from([as_split, as_records]))
def test_odd_rows_are_treated_as_mlflow_treats_them(echo: Model, batch: list[list[dict[str, Any]]], form: Any) -> None:
    check(echo, [form(rows) for rows in batch])


@CHECKED
@given(batch=st.lists(st.one_of(good_rows(), odd_rows()), min_size=1, max_size=3))
def test_without_a_signature(bare_echo: Model, batch: list[list[dict[str, Any]]]) -> None:
    check(bare_echo, [as_records(rows) for rows in batch])


@CHECKED
@given(
    st.lists(
        st.one_of(
            st.lists(st.lists(st.floats(-5, 5), min_size=4, max_size=4), min_size=1, max_size=3),
            st.lists(st.lists(VALUES, max_size=5), max_size=3),
            VALUES,
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["inputs", "instances"]),
)
def test_arrays(tensor: Model, batch: list[Any], key: str) -> None:
    bodies = [json.dumps({key: data}).encode() for data in batch]
    for body, answer in zip(bodies, ours(tensor, bodies), strict=True):
        status, said = stock(tensor, body)
        assert (answer.status == 200) == (status == 200)
        if status == 200:
            for one, other in zip(json.loads(answer.body)["predictions"], json.loads(said)["predictions"], strict=True):
                assert one == pytest.approx(other, rel=1e-12)


@CHECKED
@given(st.binary(max_size=60))
def test_no_body_is_answered_otherwise(churn: Model, body: bytes) -> None:
    check(churn, [body])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'"text"',
        b"{broken",
        b'{"dataframe_split": {"columns": ["a"], "data": [[1]]}, "instances": [1]}',
        b'{"dataframe_split": {"data": [[1, 2], [3]]}}',
        b'{"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}',
        b'{"dataframe_split": {"columns": "a"}}',
        b'{"dataframe_split": []}',
        b'{"dataframe_records": {"a": 1}}',
        b'{"dataframe_records": [1, 2]}',
        b'{"dataframe_records": []}',
        b'{"inputs": {"contract": "One year", "tenure": 1, "charges": 2.5}}',
        b'{"inputs": 1}',
        b'{"dataframe_records": [{"contract": "x", "tenure": 1, "charges": 1.5}], "params": {"a": 1}}',
        b'{"dataframe_records": [{"contract": "x", "tenure": 1, "charges": 1.5}], "client_request_id": "7"}',
        b'{"messages": [{"role": "user", "content": "hello"}]}',
    ],
)
def test_what_is_wrong_is_told_as_mlflow_tells_it(churn: Model, body: bytes) -> None:
    check(churn, [body])
    status, said = stock(churn, body)
    if status != 200 and "unexpected error" not in said:
        told = json.loads(ours(churn, [body])[0].body)["message"]
        assert told[:100] == said[:100]


def test_nesting_without_end_is_refused(churn: Model) -> None:
    (answer,) = ours(churn, [b"[" * 100_000])
    assert answer.status == 400


def test_a_missing_column_and_a_wrong_type_are_named(churn: Model) -> None:
    missing = b'{"dataframe_records": [{"contract": "x", "tenure": 1}]}'
    wrong = b'{"dataframe_records": [{"contract": "x", "tenure": "often", "charges": 1.5}]}'
    answers = ours(churn, [missing, wrong])
    assert [answer.status for answer in answers] == [400, 400]
    assert "Model is missing inputs ['charges']" in json.loads(answers[0].body)["message"]
    assert "Failed to convert column tenure" in json.loads(answers[1].body)["message"]


def test_the_documented_list_around_split_is_taken(churn: Model) -> None:
    found = json.loads(split(churn_rows(2)))
    wrapped = json.dumps({"dataframe_split": [found["dataframe_split"]]}).encode()
    assert ours(churn, [wrapped])[0].body == ours(churn, [split(churn_rows(2))])[0].body


@pytest.mark.parametrize("content_type", ["text/html", "application/json; charset=latin-1", "application/json; a=b"])
def test_other_content_types_are_refused(churn: Model, content_type: str) -> None:
    (answer,) = ours(churn, [split(churn_rows(1))], content_type)
    assert (answer.status, answer.content_type) == (415, JSON)
    assert json.loads(answer.body)["error_code"] == "BAD_REQUEST"


def test_no_content_type_is_json(churn: Model) -> None:
    assert ours(churn, [split(churn_rows(1))], "")[0].status == 200
