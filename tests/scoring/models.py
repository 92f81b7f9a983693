"""Models for tests, saved as mlflow saves them, and rows of the churn data's shape."""

import random
import sys
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mlflow.pyfunc
import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.models import ModelSignature, infer_signature
from mlflow.pyfunc.model import PythonModel
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

CONTRACTS = ("Month-to-month", "One year", "Two year")
REQUIREMENTS = ["mlflow"]


def churn_rows(count: int, seed: int = 0) -> pd.DataFrame:
    """Rows of three kinds of columns: text, long, double."""
    draw = random.Random(seed)
    return pd.DataFrame(
        {
            "contract": [draw.choice(CONTRACTS) for _ in range(count)],
            "tenure": [draw.randrange(72) for _ in range(count)],
            "charges": [round(draw.uniform(18, 120), 2) for _ in range(count)],
        }
    )


def save_churn(folder: Path) -> Path:
    """A scikit-learn pipeline of one-hot encoding, scaling and logistic regression, giving probabilities."""
    rows = churn_rows(200)
    labels = (rows.charges + 20 * (rows.contract == "Month-to-month") - rows.tenure > 60).astype(int)
    model = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), ["contract"]), (StandardScaler(), ["tenure", "charges"])
        ),
        LogisticRegression(),
    ).fit(rows, labels)
    schema = Schema(
        [
            ColSpec(DataType.string, "contract"),
            ColSpec(DataType.long, "tenure"),
            ColSpec(DataType.double, "charges"),
        ]
    )
    mlflow.sklearn.save_model(
        model,
        str(folder),
        signature=ModelSignature(inputs=schema),
        pyfunc_predict_fn="predict_proba",
        pip_requirements=REQUIREMENTS,
        serialization_format="cloudpickle",
    )
    return folder


class Echo(PythonModel):
    """Tells what it was given: for each row the values with their types."""

    def predict(self, context: Any, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> Any:
        names = list(model_input.columns)
        kinds = [str(dtype) for dtype in model_input.dtypes]
        return [
            [f"{name}:{kind}={value!r}" for name, kind, value in zip(names, kinds, row, strict=True)]
            for row in model_input.itertuples(index=False, name=None)
        ]


class Faulty(PythonModel):
    """Does what the column `order` of a row says."""

    def predict(self, context: Any, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> Any:
        for order in model_input["order"]:
            self._obey(order)
        return [f"did {order}" for order in model_input["order"]]

    def _obey(self, order: str) -> None:
        if order == "raise":
            raise ValueError("this row is bad")
        if order == "exit":
            import os

            print("about to leave", flush=True)
            os._exit(7)
        if order == "sys.exit":
            sys.exit(3)
        if order == "eat":
            self.eaten = bytearray(8 << 30)
        if order == "grow":
            self.held = [*getattr(self, "held", []), b"x" * (64 << 20)]
        if order == "print":
            for _ in range(200):
                print("y" * 100_000)
        if order.startswith("sleep"):
            time.sleep(float(order.split()[1]))


class Centred(PythonModel):
    """As many predictions as rows, and yet none of a row alone."""

    def predict(self, context: Any, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> Any:
        return (model_input["x"] - model_input["x"].mean()).to_numpy()


class Summed(PythonModel):
    """One prediction for all rows."""

    def predict(self, context: Any, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> Any:
        return [float(model_input["x"].sum())]


class Scaled(PythonModel):
    """Takes a parameter."""

    def predict(self, context: Any, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> Any:
        return model_input["x"].to_numpy() * (params or {}).get("factor", 1.0)


class Unloadable(PythonModel):
    """Cannot be loaded."""

    def load_context(self, context: Any) -> None:
        raise RuntimeError("the weights are gone")

    def predict(self, context: Any, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> Any:
        return model_input


class Environment(PythonModel):
    """Tells an environment variable and the versions that it runs with."""

    def predict(self, context: Any, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> Any:
        import os
        from importlib.metadata import version

        return [os.environ.get(name, version(name) if name.islower() else "not set") for name in model_input["name"]]


def save(folder: Path, model: PythonModel, requirements: list[str] | None = None, **columns: Any) -> Path:
    """A model with a signature of these columns, of their DataTypes' names; without a signature if there are none."""
    schema = Schema([ColSpec(DataType[kind], name) for name, kind in columns.items()]) if columns else None
    params: Any = ParamSchema([ParamSpec("factor", DataType.double, 1.0)]) if isinstance(model, Scaled) else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mlflow's hints on how to save models
        mlflow.pyfunc.save_model(
            str(folder),
            python_model=model,
            signature=ModelSignature(inputs=schema, params=params) if schema else None,
            pip_requirements=requirements or REQUIREMENTS,
        )
    return folder


def save_tensor(folder: Path) -> Path:
    """A model of an unnamed array of four numbers a row."""
    draw = np.random.default_rng(0)
    rows = draw.normal(size=(100, 4))
    model = LogisticRegression().fit(rows, (rows.sum(axis=1) > 0).astype(int))
    mlflow.sklearn.save_model(
        model,
        str(folder),
        signature=infer_signature(rows),
        pyfunc_predict_fn="predict_proba",
        pip_requirements=REQUIREMENTS,
        serialization_format="cloudpickle",
    )
    return folder
