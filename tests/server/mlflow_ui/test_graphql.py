"""The web UI's GraphQL queries: our answers are compared with those recorded of `mlflow server` 3.17.2."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import InvalidParameterValue, NotFound
from brickyard.server.mlflow_ui.graphql import MAX_DEPTH, answer, parse

RECORDED = json.loads((Path(__file__).parent / "samples" / "graphql.json").read_text("utf-8"))
MISSING = {"get_run": "Run with id={} not found", "get_experiment": "No Experiment with id={} exists"}
RUN = "query A($x: MlflowGetRunInput!) { mlflowGetRun(input: $x) { run { info { runName } } } }"


class Rest:
    """The recorded answers of the REST calls."""

    def __init__(self, call: str) -> None:
        self._call = call

    async def __call__(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        (value,) = request.values()
        recorded: dict[str, Any] = RECORDED["rest"][self._call]
        if value not in recorded:
            raise NotFound(MISSING[self._call].format(value))
        found: dict[str, Any] = recorded[value]
        return found


RESOLVERS = {call: Rest(call) for call in RECORDED["rest"]}


def answered(body: Mapping[str, Any]) -> dict[str, Any] | None:
    return asyncio.run(answer(body, RESOLVERS))


@pytest.mark.parametrize("case", RECORDED["cases"], ids=lambda case: case["title"])
def test_answers_as_the_stock_server(case: dict[str, Any]) -> None:
    assert answered(case["body"]) == case["answer"]


@pytest.mark.parametrize(
    "query",
    [
        "mutation A($x: I) { mlflowGetRun(input: $x) { run { info { runName } } } }",
        "query A($x: I) { mlflowSearchRuns(input: $x) { runs { info { runName } } } }",
        "query A($x: I) { mlflowGetRun(input: $x) { run { info { n: runName } } } }",
        "query A($x: I) { mlflowGetRun(input: $x) { run { ...F } } } fragment F on R { info { runName } }",
        "query A($x: I) { mlflowGetRun(input: $x) { run { info { runName } info { status } } } }",
        "query A($x: I) { mlflowGetRun(input: $x) { run { info { unknown } } } }",
        "query A($x: I) { mlflowGetRun(input: $x) { run { info } } }",
        "query A($x: I) { mlflowGetRun(input: $x) { run { info { runName { length } } } } }",
        "query A($x: I) { mlflowGetRun(input: $x) { run { data { metrics(first: 1) { key } } } } }",
        "query A($x: I) { mlflowGetRun(input: $x) { run { info @skip(if: true) { runName } } } }",
        "query A($x: I) { mlflowGetRun(input: $x) { __typename } mlflowGetExperiment(input: $x) { __typename } }",
        'query A { mlflowGetRun(input: {runId: "a"}) { run { info { runName } } } }',
        "query A($x: I) { mlflowGetRun(input: $x) { run { info { runName } } } } query B { a }",
        "query A($x: I) { mlflowGetRun(input: $x) { run { info { runName }",
        '{ test(inputString: "a") { output } }',
        "query",
        "",
        RUN + " " * 20_000,
        "query A($x: I) { mlflowGetRun(input: $x) " + "{ run " * (MAX_DEPTH + 2) + "}" * (MAX_DEPTH + 3),
    ],
)
def test_other_queries_are_left_to_the_stock_server(query: str) -> None:
    assert answered({"query": query, "variables": {"x": {"runId": "a"}}}) is None


@pytest.mark.parametrize("variables", [None, [], {}, {"x": None}, {"x": "a"}])
def test_variables_that_do_not_fit_are_left_to_the_stock_server(variables: Any) -> None:
    assert answered({"query": RUN, "variables": variables}) is None


@pytest.mark.parametrize("query", [None, 1, ["a"], {}])
def test_a_query_that_is_no_text_is_refused(query: Any) -> None:
    with pytest.raises(InvalidParameterValue, match="query must be a string"):
        answered({"query": query, "variables": {}})


@given(st.text(st.sampled_from('query $x:{}()"\\.@ mlflowGetRun input \n')))
def test_any_text_can_be_parsed(text: str) -> None:
    parsed = parse(text)
    assert parsed is None or parsed.root == "mlflowGetRun"
