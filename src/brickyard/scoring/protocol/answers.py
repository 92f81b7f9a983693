"""Answers, and errors in the form of Databricks' REST API."""

import json
from typing import Any, NamedTuple

JSON = "application/json"
MAX_MESSAGE = 4_000
"""Characters of an error's message: some quote the whole input."""

UNEXPECTED = (
    "Encountered an unexpected error while evaluating the model. Verify that the serialized input Dataframe is "
    "compatible with the model for inference."
)
"""As mlflow's scoring server words it."""

_encode: Any = json.JSONEncoder().encode


class Answer(NamedTuple):
    """What goes back for one request."""

    status: int
    content_type: str
    body: bytes


def failure(status: int, code: str, message: str) -> Answer:
    """An error: `{"error_code", "message"}`."""
    if len(message) > MAX_MESSAGE:
        message = f"{message[: MAX_MESSAGE - 200]} … {message[-190:]}"
    return Answer(status, JSON, _encode({"error_code": code, "message": message}).encode())


def defect(error: BaseException) -> Answer:
    """The model raised something that is not an answer to the client's input by itself."""
    text = str(error).strip()
    return failure(400, "BAD_REQUEST", f"{UNEXPECTED} Error '{type(error).__name__}: {text}'")
