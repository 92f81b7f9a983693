"""Requests as model input that can be put together with that of others."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from brickyard.scoring.model import Model
from brickyard.scoring.protocol import stock
from brickyard.scoring.protocol.bodies import Body
from brickyard.scoring.protocol.columns import Columns, put_together


class Part(NamedTuple):
    """One request's input.

    Attributes:
        key: equal for input that may be computed together; None: it is computed alone, by mlflow's own functions.
        rows: how many predictions a model of rows gives for it.
        data: `Columns`, a DataFrame, an array, or a dict of arrays.
    """

    body: Body
    key: tuple[Any, ...] | None = None
    rows: int = 0
    data: Any = None


def read_part(model: Model, body: Body, *, together: bool) -> Part:
    """
    Args:
        together: whether there are other requests that it could be computed with.
    """
    if not body.form:
        return Part(body)
    if model.reader is not None and (columns := model.reader.read(body.form, body.data)) is not None:
        return Part(body, ("columns", *columns.key), columns.rows, columns)
    if not (together and model.takes_lists):
        return Part(body)
    try:
        return _described(body, stock.parse(body, model.schema))
    except Exception:  # reason: computed alone, mlflow's functions say what is wrong in their own words
        return Part(body)


def merged(parts: Sequence[Part]) -> Any:
    """The input of parts with one key, as one."""
    first = parts[0].data
    if isinstance(first, Columns):
        return put_together([part.data for part in parts])
    if isinstance(first, pd.DataFrame):
        return pd.concat([part.data for part in parts], ignore_index=True)
    if isinstance(first, dict):
        return {name: np.concatenate([part.data[name] for part in parts]) for name in first}
    return np.concatenate([part.data for part in parts])


def _described(body: Body, data: Any) -> Part:
    if isinstance(data, pd.DataFrame):
        plain = isinstance(data.index, pd.RangeIndex) and data.index.start == 0 and data.columns.is_unique
        if not plain or data.empty:
            return Part(body)
        kinds = tuple(_kind(data[name]) for name in data.columns)
        return Part(body, ("table", tuple(data.columns), kinds), len(data), data)
    if isinstance(data, np.ndarray) and data.ndim > 0 and len(data):
        return Part(body, ("array", _form(data)), len(data), data)
    if isinstance(data, dict) and data and all(isinstance(value, np.ndarray) and value.ndim for value in data.values()):
        lengths = {len(value) for value in data.values()}
        if len(lengths) == 1 and (rows := lengths.pop()):
            return Part(body, ("arrays", tuple((name, _form(value)) for name, value in data.items())), rows, data)
    return Part(body)


def _kind(column: "pd.Series[Any]") -> tuple[Any, ...]:
    """What decides how mlflow and pandas treat a column: its dtype and, of objects, the types of the values."""
    if column.dtype == object:
        return ("object", frozenset(map(type, column)))
    return (str(column.dtype),)


def _form(value: "np.ndarray[Any, Any]") -> tuple[Any, ...]:
    """The dtype without the length of text, and the shape of one row."""
    kind = value.dtype.kind
    return (kind if kind in "US" else value.dtype.str, value.shape[1:])
