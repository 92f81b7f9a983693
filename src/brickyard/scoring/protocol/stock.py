"""mlflow's own scoring functions: they read everything that has no shorter way, and say what is wrong with it."""

import sys
import traceback
from io import BytesIO, StringIO
from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PyFuncModel, scoring_server
from mlflow.utils.proto_json_utils import NumpyEncoder, _get_jsonable_obj

from brickyard.scoring.protocol.answers import JSON, UNEXPECTED, Answer, defect, failure
from brickyard.scoring.protocol.bodies import Body

_encode: Any = NumpyEncoder().encode
# mlflow's functions are without types.
_invocations: Any = scoring_server.invocations
_parse_parquet: Any = scoring_server.parse_parquet_input
_jsonable: Any = _get_jsonable_obj


def answer_alone(model: PyFuncModel, schema: Any, body: Body) -> Answer:
    """What mlflow's scoring server answers, with errors in Databricks' form: 4xx for what the model raises."""
    try:
        found = _invocations(body.raw, body.content_type, model, schema)
    except MlflowException as error:
        return _refusal(error)
    except BaseException as error:  # reason: whatever a model raises, SystemExit too, fails its own request alone
        traceback.print_exc(file=sys.stderr)
        return defect(error)
    if found.status != 200:
        return failure(found.status, "BAD_REQUEST", str(found.response))
    return Answer(200, JSON, str(found.response).encode())


def parse(body: Body, schema: Any) -> Any:
    """The model input that mlflow's scoring server makes of a body which has a form.

    Raises:
        MlflowException and others: the body does not fit.
    """
    if body.form == "csv":
        return scoring_server.parse_csv_input(StringIO(body.raw.decode("utf-8")), schema)
    if body.form == "parquet":
        return _parse_parquet(BytesIO(body.raw))
    return scoring_server.infer_and_parse_data({body.form: body.data}, schema)


def jsonable(predictions: Any) -> Any:
    """Predictions as mlflow writes them: tables as records, arrays as lists."""
    return _jsonable(predictions, pandas_orient="records")


def success(values: Any) -> Answer:
    """
    Raises:
        TypeError and ValueError: the model's predictions cannot be written as JSON.
    """
    return Answer(200, JSON, _encode({"predictions": values}).encode())


def _refusal(error: MlflowException) -> Answer:
    told: Any = error
    status = int(told.get_http_status_code())
    message = str(error.message)
    trace = error.json_kwargs.get("stack_trace")
    if trace:
        print(trace, file=sys.stderr)
    if message.startswith(UNEXPECTED[:60]) and error.__context__ is not None:
        return defect(error.__context__)
    if status >= 500:
        # 5xx is the platform's own: what a model raises is told as a bad request.
        return failure(400, "BAD_REQUEST", message)
    return failure(status, str(error.error_code), message)


def describe(error: BaseException) -> str:
    """One line for a log or a state message."""
    if isinstance(error, MlflowException):
        return str(error.message)
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
