"""Request bodies, as far as they need no model: content types, JSON, which of the data keys."""

import json
from typing import Any, NamedTuple

from brickyard.scoring.protocol.answers import JSON

CSV = "text/csv"
PARQUET = "application/vnd.apache.parquet"
DATA_KEYS = ("dataframe_split", "dataframe_records", "instances", "inputs")
LLM_KEYS = ("messages", "prompt", "input")


class Body(NamedTuple):
    """A body that was looked into.

    Attributes:
        content_type: as mlflow's scoring server takes it.
        raw: what mlflow's scoring server would be given.
        form: the one data key of a JSON body, or "csv", "parquet"; empty: none that can be computed with others.
        data: the value of the data key.
    """

    content_type: str
    raw: bytes
    form: str = ""
    data: Any = None


def read(body: bytes, content_type: str) -> Body:
    """Look into a body. It is not checked here: what does not have a form goes to mlflow as it is, which says why."""
    kind = content_type.strip() or JSON
    plain = kind.lower().replace(" ", "")
    if plain in (CSV, f"{CSV};charset=utf-8"):
        return Body(kind, body, "csv")
    if plain == PARQUET:
        return Body(kind, body, "parquet")
    if plain not in (JSON, f"{JSON};charset=utf-8"):
        return Body(kind, body)
    return _read_json(body, kind)


def _read_json(body: bytes, content_type: str) -> Body:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return Body(content_type, body)
    if not isinstance(found, dict):
        return Body(content_type, body)
    split = found.get("dataframe_split")
    if isinstance(split, list) and len(split) == 1 and isinstance(split[0], dict):
        # The platform's documentation wraps the object so, and the platform takes it.
        found["dataframe_split"] = split[0]
        body = json.dumps(found).encode()
    keys = [key for key in DATA_KEYS if key in found]
    alone = len(keys) != 1 or "params" in found or any(key in found for key in LLM_KEYS)
    return Body(content_type, body) if alone else Body(content_type, body, keys[0], found[keys[0]])
