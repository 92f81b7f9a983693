"""Checks of names and values, with the stock code as the oracle."""

# mlflow's own functions have no annotations:
# mypy: disable-error-code=no-untyped-call

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException
from mlflow.utils import validation

from brickyard.errors import InvalidParameterValue
from brickyard.wire import checks, limits

_PIECES = st.sampled_from(
    [
        "a",
        "Z",
        "0",
        "_",
        "-",
        ".",
        "..",
        "/",
        "//",
        " ",
        ":",
        "\\",
        "ü",
        "量",
        "\n",
        "\t",
        "!",
        "'",
        '"',
        "%",
        "v1",
        "latest",
    ]
)
_NAMES = st.one_of(st.text(max_size=12), st.lists(_PIECES, max_size=6).map("".join))


def _message(work: Callable[[], Any]) -> str | None:
    try:
        work()
    except MlflowException as error:
        return str(error.message)
    except InvalidParameterValue as error:
        return error.message
    return None


@given(name=_NAMES)
@example(name="a\n")
@example(name="a/../b")
@example(name="a//b")
@example(name="")
def test_names_of_metrics_params_and_tags(name: str) -> None:
    ours = _message(lambda: checks.check_name(name, "name"))
    stock = _message(lambda: validation._validate_metric_name(name))
    if name.endswith("\n"):  # the stock expression ends in $, which lets one line feed pass
        assert ours is not None
    else:
        assert (ours is None) == (stock is None), (ours, stock)


@given(name=_NAMES)
@example(name="")
@example(name="a/b")
def test_names_of_models(name: str) -> None:
    ours = _message(lambda: checks.check_model_name(name))
    stock = _message(lambda: validation._validate_model_name(name))
    assert (ours is None) == (stock is None), (ours, stock)


@given(alias=_NAMES)
@example(alias="Latest")
@example(alias="V12")
@example(alias="v12x")
@example(alias="a" * 256)
def test_aliases(alias: str) -> None:
    ours = _message(lambda: checks.check_alias(alias))
    stock = _message(lambda: validation._validate_model_alias_name(alias))
    reserved = _message(lambda: validation._validate_model_alias_name_reserved(alias))
    if alias.endswith("\n"):
        assert ours is not None
    else:
        assert (ours is None) == (stock is None and reserved is None), (ours, stock, reserved)


@given(run_id=st.one_of(_NAMES, st.text("abc-_09", min_size=250, max_size=260)))
def test_run_ids(run_id: str) -> None:
    ours = _message(lambda: checks.check_run_id(run_id))
    stock = _message(lambda: validation._validate_run_id(run_id))
    if not run_id.endswith("\n"):
        assert (ours is None) == (stock is None), (ours, stock)


@pytest.mark.parametrize("metrics", [0, 999, 1000, 1001])
@pytest.mark.parametrize("params", [0, 100, 101])
@pytest.mark.parametrize("tags", [0, 1, 100, 101])
def test_sizes_of_batches(metrics: int, params: int, tags: int) -> None:
    ours = _message(lambda: checks.check_batch_sizes(metrics=metrics, params=params, tags=tags))
    stock = _message(lambda: validation._validate_batch_log_limits([0] * metrics, [0] * params, [0] * tags))
    assert (ours is None) == (stock is None)
    if stock is not None:
        assert ours == stock


def test_limits_are_those_of_the_stock_server() -> None:
    assert limits.ENTITY_KEY == validation.MAX_ENTITY_KEY_LENGTH
    assert limits.PARAM_VALUE == validation.MAX_PARAM_VAL_LENGTH
    assert limits.TAG_VALUE == validation.MAX_TAG_VAL_LENGTH
    assert limits.EXPERIMENT_TAG_VALUE == validation.MAX_EXPERIMENT_TAG_VAL_LENGTH
    assert limits.ALIAS == validation.MAX_REGISTERED_MODEL_ALIAS_LENGTH
    assert limits.METRICS_PER_BATCH == validation.MAX_METRICS_PER_BATCH
    assert limits.PARAMS_PER_BATCH == limits.TAGS_PER_BATCH == validation.MAX_PARAMS_TAGS_PER_BATCH
    assert limits.ENTITIES_PER_BATCH == validation.MAX_ENTITIES_PER_BATCH


@pytest.mark.parametrize("text", ["", "abc", "-1", "1.5", str(2**31), "9" * 5000, "½"])
def test_experiment_ids_that_are_none(text: str) -> None:
    with pytest.raises(InvalidParameterValue):
        checks.parse_experiment_id(text)


@pytest.mark.parametrize("text", ["", "abc", "-1", "1.5", str(2**31), "9" * 5000])
def test_versions_that_are_none(text: str) -> None:
    with pytest.raises(InvalidParameterValue):
        checks.parse_model_version(text)


def test_a_long_value_is_cut_and_said_so(caplog: pytest.LogCaptureFixture) -> None:
    assert checks.truncated("Param value", 5, "123456789") == "12345"
    assert "Param value" in caplog.text
    assert checks.truncated("Param value", 9, "123456789") == "123456789"
