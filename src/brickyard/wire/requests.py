"""Decoding of requests by the rules of MLflow's REST API (protobuf's JSON mapping).

int64 may come as a string, floats as "NaN" or "Infinity", null means absent, unknown fields are ignored. A field of the
wrong type or a required one that is missing is refused with MLflow's words, which name it.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar, get_origin, get_type_hints

import msgspec

from brickyard.errors import InvalidParameterValue, MalformedRequest

SEE_DOCS = "See the API docs for more information about request parameters."


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all decoded requests. Fields named in `required` must be neither absent nor empty."""

    required: ClassVar[tuple[str, ...]] = ()


R = TypeVar("R", bound=Request)


class NoFields(Request, frozen=True):
    """A request that says nothing more."""


@cache
def _decoder(kind: type[R]) -> msgspec.json.Decoder[R]:
    return msgspec.json.Decoder(kind, strict=False)


@cache
def _list_fields(kind: type[Request]) -> frozenset[str]:
    return frozenset(name for name, hint in get_type_hints(kind).items() if get_origin(hint) in {list, tuple})


def decode_body(kind: type[R], body: bytes) -> R:
    """The request in a JSON body; an empty body is an empty object.

    Raises:
        MalformedRequest: not JSON, or not an object.
        InvalidParameterValue: a field of the wrong type, or a required one is missing; names the field.
    """
    try:
        request: R = _decoder(kind).decode(body or b"{}")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        request = _decode_again(kind, body)
    check_required(request)
    return request


def decode_mapping(kind: type[R], values: Mapping[str, Any]) -> R:
    """The request in a mapping: query parameters, path parameters, a parsed body. Raises as `decode_body`."""
    try:
        request = msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _explained(error, values) from None
    check_required(request)
    return request


def query_mapping(kind: type[Request], pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Query parameters as a mapping: those of list fields collect all their values, others take the last."""
    lists = _list_fields(kind)
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in lists:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    return values


def parse_object(body: bytes) -> dict[str, Any]:
    """A JSON object as plain values; an empty body is an empty object.

    Raises:
        MalformedRequest: not JSON, or not an object.
    """
    try:
        value = json.loads(body or b"{}")  # unlike msgspec it takes NaN and Infinity, as the stock server does
        # Older clients send the JSON encoded twice.
        value = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(f"The request body is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise MalformedRequest(f"The request body must be a JSON object, not {_type_name(value)}.")
    return value


def decode_base64(text: str, field: str) -> bytes:
    """
    Raises:
        InvalidParameterValue: not base64; names the field.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParameterValue(f"{field} must be base64.") from None


def check_required(request: Request) -> None:
    """
    Raises:
        InvalidParameterValue: a required field is absent or empty; names it.
    """
    for name in request.required:
        value = getattr(request, name)
        if value is None or value == "" or value == [] or value is msgspec.UNSET:
            raise InvalidParameterValue(f"Missing value for required parameter '{name}'. {SEE_DOCS}")


def _decode_again(kind: type[R], body: bytes) -> R:
    values = {name: value for name, value in parse_object(body).items() if value is not None}
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as refused:
        raise _explained(refused, values) from None


_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\[\.\.\.\]")
_MISSING = re.compile(r"missing required field `(?P<field>[^`]+)`")


def _explained(error: msgspec.ValidationError, values: Mapping[str, Any]) -> InvalidParameterValue:
    """The refusal in MLflow's words: the field, its value and its type."""
    text = str(error)
    if missing := _MISSING.search(text):
        return InvalidParameterValue(f"Missing value for required parameter '{missing['field']}'. {SEE_DOCS}")
    where = _PATH.search(text)
    if where is None:
        return InvalidParameterValue(f"{text}. {SEE_DOCS}")
    value: Any = values
    for name, index in _STEP.findall(where["path"]):
        if name and isinstance(value, Mapping):
            value = value.get(name)
        elif index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
    parameter = where["path"].lstrip(".")
    reason = text[: where.start()]
    shown = msgspec.json.encode(value).decode()[:200]
    return InvalidParameterValue(
        f"Invalid value {shown} for parameter '{parameter}' supplied: {reason}. "
        f"Hint: Value was of type '{_type_name(value)}'. {SEE_DOCS}"
    )


def _type_name(value: Any) -> str:
    return type(value).__name__
