"""Whatever JSON is sent to a native row: an answer or a refusal, never a failure of the server."""

import json
import random
import re
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import pytest
import requests

from brickyard.server.app import binding_table
from brickyard.server.context import Context
from brickyard.server.route import Route
from tests.conftest import LiveServer

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    2**31,
    2**63,
    -(2**63) - 1,
    2**200,
    1e308,
    "",
    " ",
    "x",
    "NaN",
    "-Infinity",
    "../..",
    "/etc",
    "a\x00b",
    "ü 量 '\"`%_\\",
    "' OR 1=1 --",
    "9" * 400,
    "k" * 9000,
    "dbfs:/x",
    "mlflow-artifacts:/../x",
    "http://[",
    [],
    {},
    [[]],
    [None],
    [1],
    ["x"],
    [{}],
    [{"key": None}],
    [{"key": "a", "value": []}],
    {"key": "a"},
    [{"field_name": "x"}],
    [{"dataset": None}],
    [{"dataset": {"name": "a\x00"}}],
    [{"model_id": "x", "step": 2**64}],
    "metrics.`",
    "name LIKE",
    "attributes.x = 'y'",
    "1" * 5,
)
FORMS = 40


def _rows() -> list[Route]:
    """The rows that decode JSON, one of each pair for client and web UI."""
    blank = cast(Context, _Blank())
    rows = [row for row in binding_table(blank) if row.request is not None and not row.path.startswith("/ajax-api")]
    return [row for row in rows if "/unity-catalog/" not in row.path]


class _Blank(SimpleNamespace):
    """Stands for every service: the rows only close over them."""

    def __getattr__(self, name: str) -> Any:
        return _Blank()


@pytest.mark.parametrize("row", _rows(), ids=lambda row: f"{row.method} {row.path}")
def test_odd_requests_are_answered(server: LiveServer, row: Route) -> None:
    chance = random.Random(f"{row.method} {row.path}")
    assert row.request is not None
    names = row.request.__struct_fields__
    name = f"{row.method} {row.path}".replace("/", "_")
    experiment = server.post("/api/2.0/mlflow/experiments/create", {"name": name}).json()["experiment_id"]
    run = server.post("/api/2.0/mlflow/runs/create", {"experiment_id": experiment}).json()["run"]["info"]["run_id"]
    good = {
        "run_id": run,
        "run_ids": [run],
        "experiment_id": experiment,
        "experiment_ids": [experiment],
        "key": "k",
        "metric_key": "k",
        "value": "1",
        "timestamp": 1,
        "path": "/odd",
        "name": "odd",
        "version": "1",
        "max_results": 5,
    }
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {server.token}"
        for _ in range(FORMS):
            body = {name: good[name] for name in names if name in good and chance.random() < 0.8}
            for name in chance.sample(names, k=min(len(names), chance.randint(0, 2))):
                body[name] = chance.choice(ODD)
            _send(session, server, row, body)


def _send(session: requests.Session, server: LiveServer, row: Route, body: dict[str, Any]) -> None:
    def filled(match: re.Match[str]) -> str:
        return quote(str(body.get(match[1]) or "x")[:200], safe="")

    path = re.sub(r"\{(\w+)(:rest)?\}", filled, row.path)
    if row.method == "GET":
        texts = {name: value if isinstance(value, str | list) else json.dumps(value) for name, value in body.items()}
        response = session.get(server.url + path, params=texts, timeout=30)
    else:
        response = session.request(row.method, server.url + path, data=json.dumps(body), timeout=30)
    shown = f"{row.method} {path} {json.dumps(body)[:500]}: {response.status_code} {response.text[:500]}"
    assert response.status_code < 500, shown
    if response.status_code >= 400:
        assert response.json()["error_code"], shown
        assert response.json()["message"], shown
