"""Saved models, each made once."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from brickyard.scoring.model import Model
from tests.scoring import models

Made = TypeVar("Made")


@pytest.fixture(scope="session")
def churn_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _quietly(lambda: models.save_churn(tmp_path_factory.mktemp("models") / "churn"))


@pytest.fixture(scope="session")
def churn(churn_path: Path) -> Model:
    return _quietly(lambda: Model(str(churn_path)))


@pytest.fixture(scope="session")
def tensor(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return _quietly(lambda: Model(str(models.save_tensor(tmp_path_factory.mktemp("models") / "tensor"))))


@pytest.fixture(scope="session")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("models") / "echo"
    kinds = ("double", "float", "long", "integer", "boolean", "string", "datetime")
    columns: dict[str, Any] = {f"a_{kind}": kind for kind in kinds}
    return _quietly(lambda: Model(str(models.save(folder, models.Echo(), **columns))))


@pytest.fixture(scope="session")
def bare_echo(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Without a signature."""
    return _quietly(lambda: Model(str(models.save(tmp_path_factory.mktemp("models") / "bare", models.Echo()))))


def _quietly(make: Callable[[], Made]) -> Made:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mlflow's hints on how to save models
        return make()
