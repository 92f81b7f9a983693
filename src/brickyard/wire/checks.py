"""Checks of names and values, with MLflow's rules and words (source: mlflow/utils/validation.py of release 3.17)."""

import logging
import posixpath
import re
from functools import lru_cache

import msgspec

from brickyard.errors import InvalidParameterValue
from brickyard.wire import limits

logger = logging.getLogger("brickyard.wire")

_NAME = re.compile(r"[/\w.\- :]*")
_RUN_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}")
_ALIAS = re.compile(r"[\w\-]*")
_VERSION_ALIAS = re.compile(r"[vV]\d+")

_BAD_CHARACTERS = (
    "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and "
    "slashes (/)."
)

_RESOLVES = "Names may be treated as files in certain cases, and must not resolve to other names when treated as such."


def invalid_value(path: str, value: object, reason: str = "") -> InvalidParameterValue:
    shown = msgspec.json.encode(value).decode()
    text = f"Invalid value {shown} for parameter '{path}' supplied"
    return InvalidParameterValue(f"{text}: {reason}" if reason else f"{text}.")


@lru_cache(maxsize=8192)
def _name_fault(name: str) -> str:
    """What is wrong with the name of a metric, param or tag; empty when nothing is."""
    if not _NAME.fullmatch(name):
        return _BAD_CHARACTERS
    resolved = posixpath.normpath(name)
    if resolved != name or resolved == "." or resolved.startswith(("..", "/")):
        return f"{_RESOLVES} This name would resolve to {resolved!r}"
    return ""


def check_name(name: str, path: str) -> None:
    """The name of a metric, param or tag; `path` is the field that holds it.

    Raises:
        InvalidParameterValue: characters that names may not have, or a name that is no plain relative path.
    """
    if fault := _name_fault(name):
        raise invalid_value(path, name, fault)


def check_length(what: str, limit: int, value: str) -> str:
    """
    Raises:
        InvalidParameterValue: longer than the limit.
    """
    if len(value) > limit:
        raise InvalidParameterValue(f"'{what}' exceeds the maximum length of {limit} characters")
    return value


def truncated(what: str, limit: int, value: str) -> str:
    """The value, cut to the limit, as the stock server does by default (MLFLOW_TRUNCATE_LONG_VALUES)."""
    if len(value) <= limit:
        return value
    logger.warning("%s of %d characters was cut to the limit of %d", what, len(value), limit)
    return value[:limit]


def check_run_id(run_id: str, path: str = "run_id") -> None:
    """
    Raises:
        InvalidParameterValue: not alphanumeric, or too long.
    """
    if not _RUN_ID.fullmatch(run_id):
        raise invalid_value(path, run_id)


def parse_experiment_id(experiment_id: str) -> int:
    """
    Raises:
        InvalidParameterValue: not an integer.
    """
    try:
        number = int(experiment_id)
    except ValueError:
        number = -1
    if not 0 <= number < 2**31:
        raise InvalidParameterValue(f"Invalid experiment ID '{experiment_id}'. Experiment ID must be a valid integer.")
    return number


def check_experiment_name(name: str) -> None:
    """
    Raises:
        InvalidParameterValue: empty or too long.
    """
    if not name:
        raise InvalidParameterValue(f"Invalid experiment name: '{name}'")
    check_length("name", limits.EXPERIMENT_NAME, name)


def check_experiment_tag(key: str, value: str) -> None:
    check_name(key, "key")
    check_length("key", limits.ENTITY_KEY, key)
    check_length("value", limits.EXPERIMENT_TAG_VALUE, value)


def check_registry_tag(key: str, value: str) -> None:
    """The tag of a registered model or a model version."""
    check_name(key, "key")
    check_length("key", limits.ENTITY_KEY, key)
    check_length("value", limits.REGISTRY_TAG_VALUE, value)


def check_model_name(name: str, path: str = "name") -> None:
    """
    Raises:
        InvalidParameterValue: empty, or with characters that URIs of models cannot have.
    """
    if not name.strip():
        raise InvalidParameterValue(f"Missing value for required parameter '{path}'.")
    if "/" in name or ":" in name:
        raise InvalidParameterValue(f"Invalid model name '{name}'. Names cannot contain '/' or ':'.")
    resolved = posixpath.normpath(name)
    if resolved != name or resolved == "." or resolved.startswith(".."):
        raise invalid_value(path, name, f"{_RESOLVES} This name would resolve to {resolved!r}")


def parse_model_version(version: str) -> int:
    """
    Raises:
        InvalidParameterValue: not an integer.
    """
    try:
        number = int(version)
    except ValueError:
        number = -1
    if not 0 <= number < 2**31:
        raise InvalidParameterValue(f"Parameter 'version' must be an integer, got '{version}'.")
    return number


def check_alias(alias: str) -> None:
    """
    Raises:
        InvalidParameterValue: empty, too long, with other characters than letters, digits, _ and -, or reserved.
    """
    if not alias:
        raise InvalidParameterValue("Registered model alias name cannot be empty.")
    if not _ALIAS.fullmatch(alias):
        raise InvalidParameterValue(
            f"Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-)."
        )
    check_length("Registered model alias name", limits.ALIAS, alias)
    if alias.lower() == "latest":
        raise InvalidParameterValue("'latest' alias name (case insensitive) is reserved.")
    if _VERSION_ALIAS.fullmatch(alias):
        raise InvalidParameterValue(f"Version alias name '{alias}' is reserved.")


def check_batch_sizes(*, metrics: int, params: int, tags: int) -> None:
    """
    Raises:
        InvalidParameterValue: more than one request may log; names what.
    """
    for what, limit, size in (
        ("metrics", limits.METRICS_PER_BATCH, metrics),
        ("params", limits.PARAMS_PER_BATCH, params),
        ("tags", limits.TAGS_PER_BATCH, tags),
        ("metrics, params, and tags", limits.ENTITIES_PER_BATCH, metrics + params + tags),
    ):
        if size > limit:
            raise InvalidParameterValue(
                f"A batch logging request can contain at most {limit} {what}. Got {size} {what}. "
                f"Please split up {what} across multiple requests and try again."
            )
