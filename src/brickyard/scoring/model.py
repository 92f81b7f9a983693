"""A model of mlflow's pyfunc flavor, loaded, and what its signature says about reading requests."""

from collections.abc import Sequence
from typing import Any, Protocol

import mlflow.pyfunc
import numpy as np
import pandas as pd
from mlflow.pyfunc import PyFuncModel
from mlflow.types.schema import ColSpec, DataType

from brickyard.scoring.protocol.columns import READABLE, ColumnReader, Columns, Field

_ARRAY_TYPES = {"double": np.float64, "float": np.float32, "long": np.int64, "integer": np.int32, "boolean": np.bool_}


class Scorer(Protocol):
    """One way to compute a model's predictions for columns.

    A scorer is used by one thread. It gives what the model's own `predict` gives for the same rows, and raises what it
    likes: whoever calls it then asks the model itself.
    """

    name: str

    def predict(self, columns: Columns) -> Any:
        """Predictions, one per row if the model is such."""
        ...


class PyfuncScorer:
    """The model itself, given the table that mlflow would read from the same body."""

    name = "pyfunc"

    def __init__(self, model: PyFuncModel) -> None:
        self._model = model

    def predict(self, columns: Columns) -> Any:
        return self._model.predict(table(columns))


class Model:
    """A loaded model.

    Args:
        path: the folder of the model's files.

    Raises:
        whatever loading it raises.
    """

    def __init__(self, path: str) -> None:
        # The server has compared the requirements already: mlflow would take a second over it.
        self.pyfunc = mlflow.pyfunc.load_model(path, suppress_warnings=True)
        metadata = self.pyfunc.metadata
        self.schema: Any = metadata.get_input_schema()
        self.takes_lists = not _of_type_hint(metadata)
        fields = _fields(self.schema) if self.takes_lists else None
        self.reader = ColumnReader(fields) if fields else None
        self.scorer: Scorer = PyfuncScorer(self.pyfunc)


def table(columns: Columns) -> pd.DataFrame:
    """Columns as the table that mlflow's scoring server makes of the same values."""
    found = {
        name: _array(kind, type_name, values)
        for name, type_name, kind, values in zip(
            columns.names, columns.types, columns.kinds, columns.values, strict=True
        )
    }
    return pd.DataFrame(found)


def _array(kind: str, type_name: str, values: Sequence[Any]) -> Any:
    if type_name == "string":
        return pd.Series([None] * len(values), dtype=object) if kind == "z" else list(values)
    if type_name == "datetime":
        parsed = pd.to_datetime(pd.Series(list(values)))
        return parsed.dt.as_unit("ns") if getattr(parsed.dt, "unit", "ns") != "ns" else parsed
    first = {"f": np.float64, "i": np.int64, "b": np.bool_}[kind]
    return np.array(values, dtype=first).astype(_ARRAY_TYPES[type_name], copy=False)


def _fields(schema: Any) -> list[Field] | None:
    """The signature's columns, where all are named and of plain types."""
    if schema is None or schema.is_tensor_spec() or not schema.has_input_names():
        return None
    found = []
    for column in schema.inputs:
        if not (isinstance(column, ColSpec) and isinstance(column.type, DataType) and column.type.name in READABLE):
            return None
        found.append(Field(str(column.name), column.type.name, bool(getattr(column, "required", True))))
    return found


def _of_type_hint(metadata: Any) -> bool:
    """Whether the model's own type hints check its input, so that mlflow does not parse it."""
    told = getattr(metadata, "_is_signature_from_type_hint", None)
    return bool(told is not None and told())
