import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.utils.search_utils import SearchLoggedModelsPaginationToken, SearchUtils

from brickyard.errors import InvalidParameterValue
from brickyard.wire.page_tokens import MAX_OFFSET, LoggedModelsToken, create_page_token, parse_page_token

_STOCK: Any = SearchUtils  # written in untyped Python
_STOCK_TOKEN: Any = SearchLoggedModelsPaginationToken


def token_of(value: object) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()


@given(offset=st.integers(1, MAX_OFFSET))
def test_offsets_are_interchangeable_with_the_stock_server(offset: int) -> None:
    assert create_page_token(offset) == _STOCK.create_page_token(offset).decode()
    assert parse_page_token(create_page_token(offset)) == offset
    assert _STOCK.parse_start_offset_from_page_token(create_page_token(offset)) == offset


def test_no_token_is_the_first_page_and_digits_may_be_text() -> None:
    assert parse_page_token("") == 0
    assert parse_page_token(token_of({"offset": "17"})) == 17


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("not base64", "Invalid page token, could not base64-decode"),
        ("abc", "Invalid page token, could not base64-decode"),
        ("ünï=", "Invalid page token, could not base64-decode"),
        (base64.b64encode(b"\xff\xfe{").decode(), "Invalid page token, decoded value="),
        (base64.b64encode(b"offset").decode(), "Invalid page token, decoded value="),
        (base64.b64encode(b"[" * 100_000).decode(), "Invalid page token, decoded value="),
        (token_of([1]), "Invalid page token, parsed value="),
        (token_of({}), "Invalid page token, parsed value="),
        (token_of({"offset": 0}), "Invalid page token, parsed value="),
        (token_of({"offset": None}), "Invalid page token, parsed value="),
        (token_of({"offset": -1}), "is not a row number"),
        (token_of({"offset": "x"}), "is not a row number"),
        (token_of({"offset": 1.5}), "is not a row number"),
        (token_of({"offset": True}), "is not a row number"),
        (token_of({"offset": MAX_OFFSET + 1}), "is not a row number"),
        (base64.b64encode(b'{"offset": ' + b"9" * 5000 + b"}").decode(), "Invalid page token"),
    ],
)
def test_other_tokens_are_refused(token: str, message: str) -> None:
    with pytest.raises(InvalidParameterValue, match="Invalid page token") as refused:
        parse_page_token(token)
    assert message in refused.value.message
    assert len(refused.value.message) < 400


ORDERS = st.none() | st.lists(
    st.fixed_dictionaries(
        {
            "field_name": st.text(min_size=1),
            "ascending": st.booleans(),
            "dataset_name": st.none() | st.text(min_size=1),
            "dataset_digest": st.none() | st.text(min_size=1),
        }
    ),
    min_size=1,
    max_size=3,
)


@given(
    ids=st.lists(st.text("0123456789", min_size=1)),
    text=st.none() | st.text(min_size=1),
    order=ORDERS,
    offset=st.integers(0, MAX_OFFSET),
)
def test_tokens_of_logged_models_are_interchangeable(
    ids: list[str], text: str | None, order: list[dict[str, Any]] | None, offset: int
) -> None:
    ours = LoggedModelsToken(experiment_ids=ids, filter_string=text, order_by=order, offset=offset)
    theirs = _STOCK_TOKEN(experiment_ids=ids, filter_string=text, order_by=order, offset=offset)
    assert ours.encode() == theirs.encode()
    assert _STOCK_TOKEN.decode(ours.encode()) == theirs
    assert LoggedModelsToken.decode(theirs.encode()) == ours


@pytest.mark.parametrize(
    ("other", "name"),
    [
        (
            {"experiment_ids": ["2"]},
            "Experiment IDs in the page token do not match the requested experiment IDs. Expected:",
        ),
        (
            {"filter_string": "name = 'y'"},
            "Filter string in the page token does not match the requested filter string. Expected:",
        ),
        (
            {"order_by": [{"field_name": "name"}]},
            "Order by in the page token does not match the requested order by. Expected:",
        ),
    ],
)
def test_a_token_of_another_search_is_refused(other: dict[str, Any], name: str) -> None:
    same: dict[str, Any] = {"experiment_ids": ["1"], "filter_string": "name = 'x'", "order_by": None}
    token = LoggedModelsToken.decode(LoggedModelsToken(**same, offset=5).encode())
    token.check_same_search(LoggedModelsToken(**same))
    with pytest.raises(InvalidParameterValue, match=name):
        token.check_same_search(LoggedModelsToken(**(same | other)))
    theirs = _STOCK_TOKEN.decode(token.encode())
    with pytest.raises(MlflowException, match=name):
        theirs.validate(**(same | other))


@pytest.mark.parametrize(
    "fields",
    [
        {"offset": 5},
        {"experiment_ids": "1"},
        {"experiment_ids": [], "filter_string": 5},
        {"experiment_ids": [], "order_by": "x"},
        {"experiment_ids": [], "offset": "x"},
        {"experiment_ids": [], "offset": -5},
        [],
    ],
)
def test_broken_tokens_of_logged_models_are_refused(fields: object) -> None:
    with pytest.raises(InvalidParameterValue, match="Invalid page token"):
        LoggedModelsToken.decode(token_of(fields))
