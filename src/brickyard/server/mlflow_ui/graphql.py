"""The GraphQL queries of the MLflow web UI: one run, one experiment. Any other query is the stock server's to answer.

A query is taken when it has one root field, `mlflowGetRun(input: $x)` or `mlflowGetExperiment(input: $x)`, and selects
plain fields of the types below: no alias, no fragment, no further argument. Types, names and defaults are those of
`mlflow server` 3.17: 64-bit numbers are strings, what is not set is the empty string, "0" or the empty list, and a
metric that is not a number is null.
"""

import math
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from brickyard.errors import InvalidParameterValue, NotFound

Resolver = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""A REST call of the tracking server: its request's fields to its answer's fields, both with MLflow's REST names."""

Selection = Mapping[str, "Selection | None"]
"""The selected fields; None: a scalar."""

MAX_QUERY = 20_000
MAX_DEPTH = 10
_LARGEST = 1.7976931348623157e308  # what MLflow stores of an infinite metric

_KEY_VALUE = {"key": "text", "value": "text"}
_METRIC = {
    "key": "text",
    "value": "float",
    "timestamp": "long",
    "step": "long",
    "datasetName": "text",
    "datasetDigest": "text",
    "modelId": "text",
    "runId": "text",
}
TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    "MlflowGetRunResponse": {"apiError": "null", "run": "MlflowRunExtension"},
    "MlflowGetExperimentResponse": {"apiError": "null", "experiment": "MlflowExperiment"},
    "MlflowExperiment": {
        "experimentId": "text",
        "name": "text",
        "artifactLocation": "text",
        "lifecycleStage": "text",
        "lastUpdateTime": "long",
        "creationTime": "long",
        "tags": "[MlflowExperimentTag]",
        "effectiveTraceArchivalRetention": "text",
        "workspace": "text",
    },
    "MlflowExperimentTag": _KEY_VALUE,
    "MlflowRunExtension": {
        "info": "MlflowRunInfo",
        "data": "MlflowRunData",
        "inputs": "MlflowRunInputs",
        "outputs": "MlflowRunOutputs",
        "experiment": "MlflowExperiment",
        "modelVersions": "[MlflowModelVersion]",
    },
    "MlflowRunInfo": {
        "runId": "text",
        "runUuid": "text",
        "runName": "text",
        "experimentId": "text",
        "userId": "text",
        "status": "text",
        "startTime": "long",
        "endTime": "long",
        "artifactUri": "text",
        "lifecycleStage": "text",
    },
    "MlflowRunData": {
        "metrics": "[MlflowMetricExtension]",
        "params": "[MlflowParam]",
        "tags": "[MlflowRunTag]",
    },
    "MlflowMetricExtension": _METRIC,
    "MlflowParam": _KEY_VALUE,
    "MlflowRunTag": _KEY_VALUE,
    "MlflowRunInputs": {"datasetInputs": "[MlflowDatasetInput]", "modelInputs": "[MlflowModelInput]"},
    "MlflowDatasetInput": {"tags": "[MlflowInputTag]", "dataset": "MlflowDataset"},
    "MlflowInputTag": _KEY_VALUE,
    "MlflowDataset": {
        "name": "text",
        "digest": "text",
        "sourceType": "text",
        "source": "text",
        "schema": "text",
        "profile": "text",
    },
    "MlflowModelInput": {"modelId": "text"},
    "MlflowRunOutputs": {"modelOutputs": "[MlflowModelOutput]"},
    "MlflowModelOutput": {"modelId": "text", "step": "long"},
    "MlflowModelVersion": {
        "name": "text",
        "version": "text",
        "creationTimestamp": "long",
        "lastUpdatedTimestamp": "long",
        "userId": "text",
        "currentStage": "text",
        "description": "text",
        "source": "text",
        "runId": "text",
        "status": "text",
        "statusMessage": "text",
        "tags": "[MlflowModelVersionTag]",
        "runLink": "text",
        "modelId": "text",
    },
    "MlflowModelVersionTag": _KEY_VALUE,
}
_ROOTS = {"mlflowGetRun": "MlflowGetRunResponse", "mlflowGetExperiment": "MlflowGetExperimentResponse"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """A query with one root field, whose argument `input` is a variable."""

    root: str
    variable: str
    selection: Selection


async def answer(body: Mapping[str, Any], resolvers: Mapping[str, Resolver]) -> dict[str, Any] | None:
    """The answer to POST /graphql; None: this is the stock server's to answer.

    Args:
        body: `query` and `variables`, as they came.
        resolvers: the REST calls `get_run`, `get_experiment` and `search_model_versions`.

    Raises:
        InvalidParameterValue: `query` is not a string.
    """
    text, variables = body.get("query"), body.get("variables")
    if not isinstance(text, str):
        raise InvalidParameterValue("The field query must be a string: the text of a GraphQL query.")
    query = parse(text)
    if query is None or not _is_known(query.selection, _ROOTS[query.root]) or not isinstance(variables, Mapping):
        return None
    given = variables.get(query.variable)
    if not isinstance(given, Mapping):
        return None
    try:
        found = await _resolve(query, given, resolvers)
    except (NotFound, InvalidParameterValue) as error:
        return {"data": {query.root: None}, "errors": [error.message]}
    return {"data": {query.root: _project(found, query.selection, _ROOTS[query.root])}, "errors": None}


async def _resolve(query: Query, given: Mapping[str, Any], resolvers: Mapping[str, Resolver]) -> Mapping[str, Any]:
    if query.root == "mlflowGetExperiment":
        return await resolvers["get_experiment"]({"experiment_id": given.get("experimentId")})
    answered = await resolvers["get_run"]({"run_id": given.get("runId") or given.get("runUuid")})
    run = dict(answered["run"])
    selected = query.selection.get("run") or {}
    if "experiment" in selected:
        found = await resolvers["get_experiment"]({"experiment_id": run["info"]["experiment_id"]})
        run["experiment"] = found["experiment"]
    if "modelVersions" in selected:
        found = await resolvers["search_model_versions"]({"filter": f"run_id='{run['info']['run_id']}'"})
        run["model_versions"] = found.get("model_versions", [])
    return {"run": run}


def _is_known(selection: Selection, kind: str) -> bool:
    """Whether every selected field is one of `kind`'s, with a selection of its own just where it has fields."""
    fields = TYPES[kind]
    for name, inner in selection.items():
        if name == "__typename" and inner is None:
            continue
        field = fields.get(name, "").strip("[]")
        if not field or (field != "null" and (field in TYPES) is not (inner is not None)):
            return False
        if inner is not None and field in TYPES and not _is_known(inner, field):
            return False
    return True


def _project(value: Mapping[str, Any], selection: Selection, kind: str) -> dict[str, Any]:
    fields = TYPES[kind]
    return {
        name: kind if name == "__typename" else _field(value.get(_rest_name(name)), inner or {}, fields[name])
        for name, inner in selection.items()
    }


def _field(value: Any, selection: Selection, kind: str) -> Any:
    if kind.startswith("["):
        return [_project(item, selection, kind[1:-1]) for item in value or ()]
    if kind in TYPES:
        return _project(value or {}, selection, kind)
    if kind == "float":
        return _float(value)
    if kind == "null":
        return None
    return str(0 if kind == "long" and value is None else "" if value is None else value)


def _float(value: Any) -> float | None:
    number = float(value or 0.0)
    if math.isnan(number):
        return None
    return math.copysign(_LARGEST, number) if math.isinf(number) else number


def _rest_name(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower()


_TOKEN = re.compile(r'[A-Za-z_]\w*|\$[A-Za-z_]\w*|"(?:[^"\\\n]|\\.)*"|\.\.\.|[^\s,]')
_NAME = re.compile(r"[A-Za-z_]\w*")


def parse(text: str) -> Query | None:
    """The query; None: it is none that this module answers, or none at all."""
    tokens = _TOKEN.findall(text) if len(text) <= MAX_QUERY else []
    try:
        return _operation(iter(tokens))
    except (StopIteration, ValueError):
        return None


def _operation(tokens: Iterator[str]) -> Query:
    if next(tokens) != "query":
        raise ValueError("not a query")
    # Between the keyword and its fields: a name, the variables' types, a directive. None of them changes the answer.
    for token in tokens:
        if token == "{":
            break
    root, *argument = [next(tokens) for _ in range(7)]
    if root not in _ROOTS or argument[:3] != ["(", "input", ":"] or argument[4:] != [")", "{"]:
        raise ValueError("another root field, or another argument")
    selection = _selection(tokens, 1)
    if next(tokens) != "}" or next(tokens, None) is not None:
        raise ValueError("more than one root field or operation")
    return Query(root=root, variable=argument[3].removeprefix("$"), selection=selection)


def _selection(tokens: Iterator[str], depth: int) -> Selection:
    """The fields up to the closing brace."""
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    fields: dict[str, Selection | None] = {}
    last = ""
    for token in tokens:
        if token == "}":
            return fields
        if token == "{" and last:
            fields[last], last = _selection(tokens, depth + 1), ""
        elif _NAME.fullmatch(token) and token not in fields:
            fields[token], last = None, token
        else:
            raise ValueError("an alias, an argument, a directive, a fragment, or a field twice")
    raise ValueError("ends too early")
