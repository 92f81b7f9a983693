"""The stock MLflow server's searches on an empty database: what they make of a filter, and whether they take it."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy
from mlflow.entities import ViewType
from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as RegistryStore
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore as TrackingStore
from mlflow.utils.search_logged_model_utils import parse_filter_string
from mlflow.utils.search_utils import (
    SearchExperimentsUtils,
    SearchModelUtils,
    SearchModelVersionUtils,
    SearchUtils,
)

from brickyard.wire.filters.tree import Comparison, Entity, Operator
from brickyard.wire.filters.vocabulary import (
    EXPERIMENTS,
    LOGGED_MODELS,
    MODEL_VERSIONS,
    REGISTERED_MODELS,
    RUNS,
    Vocabulary,
)

SEARCHES: Mapping[str, Vocabulary] = {
    "experiments": EXPERIMENTS,
    "runs": RUNS,
    "registered models": REGISTERED_MODELS,
    "model versions": MODEL_VERSIONS,
    "logged models": LOGGED_MODELS,
}
# Written in untyped Python.
_TRACKING: Any = TrackingStore
_REGISTRY: Any = RegistryStore
_RUNS: Any = SearchUtils
_PARSERS: Mapping[str, Any] = {
    "experiments": SearchExperimentsUtils,
    "runs": SearchUtils,
    "registered models": SearchModelUtils,
    "model versions": SearchModelVersionUtils,
}
# What the stock server answers INTERNAL_ERROR for, or lets fail: it does not take those filters either.
_FAILURES = (MlflowException, sqlalchemy.exc.SQLAlchemyError, ValueError, TypeError, AttributeError, OverflowError)


class Stock:
    """The searches by name. For one thread."""

    def __init__(self, folder: Path) -> None:
        uri = f"sqlite:///{folder}/stock.db"
        tracking = _TRACKING(uri, str(folder / "artifacts"))
        registry = _REGISTRY(uri)
        self._searches: dict[str, Callable[..., Any]] = {
            "experiments": lambda **kw: tracking.search_experiments(view_type=ViewType.ALL, max_results=5, **kw),
            "runs": lambda filter_string="", **kw: tracking.search_runs(
                ["0"], filter_string, run_view_type=ViewType.ALL, max_results=5, **kw
            ),
            "registered models": lambda **kw: registry.search_registered_models(max_results=5, **kw),
            "model versions": lambda **kw: registry.search_model_versions(max_results=5, **kw),
            "logged models": lambda **kw: tracking.search_logged_models(["0"], max_results=5, **kw),
        }

    def refusal(self, search: str, **arguments: Any) -> str | None:
        """Why the search does not take these arguments; None when it does."""
        try:
            self._searches[search](**arguments)
        except _FAILURES as error:
            return str(error)
        return None


def parsed(search: str, text: str) -> tuple[Comparison, ...]:
    """What the stock server reads in a filter that it takes, as our tree."""
    if search == "logged models":
        return tuple(
            _comparison(search, each.entity.type.value, each.entity.key, each.op, each.value)
            for each in parse_filter_string(text)
        )
    found = _PARSERS[search].parse_search_filter(text)
    return tuple(_comparison(search, each["type"], each["key"], each["comparator"], each["value"]) for each in found)


def _comparison(search: str, kind: str, key: str, operator: str, value: Any) -> Comparison:
    entity = SEARCHES[search].entities[kind]
    numeric = SEARCHES[search].numeric
    if entity is Entity.METRIC:
        value = float(value)
    elif entity is Entity.ATTRIBUTE:
        key = _RUNS.translate_key_alias(key) if search == "runs" else key
        if key in numeric and not isinstance(value, float):
            with contextlib.suppress(ValueError):
                value = int(value)
    if search == "logged models" and isinstance(value, float) and entity is not Entity.METRIC:
        value = int(value) if value.is_integer() else value
    return Comparison(entity=entity, key=key, operator=Operator(operator.upper()), value=value)
