"""A small keep-alive client of the MLflow REST API: it prepares and checks, it does not measure."""

import http.client
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import msgspec

JsonObject = dict[str, Any]

_PREFIX = "/api/2.0/mlflow/"


class AnswerError(Exception):
    """A server gave no answer, another status than 2xx, or something that is not a JSON object."""


class Api:
    """One connection to a server on 127.0.0.1. Not thread-safe: one per thread."""

    def __init__(self, port: int, *, timeout_s: float = 120.0) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def post(self, path: str, body: JsonObject) -> JsonObject:
        """POST `body` to an MLflow path such as `runs/create`; raises AnswerError."""
        return self._ask("POST", _PREFIX + path, msgspec.json.encode(body))

    def get(self, path: str, **query: str) -> JsonObject:
        """GET an MLflow path with a query; raises AnswerError."""
        return self._ask("GET", f"{_PREFIX}{path}?{urlencode(query)}", None)

    def _ask(self, method: str, target: str, body: bytes | None) -> JsonObject:
        try:
            self._connection.request(method, target, body, {"Content-Type": "application/json"})
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise AnswerError(f"{method} {target}: {error!r}") from error
        if not 200 <= answer.status < 300:
            raise AnswerError(f"{method} {target}: {answer.status} {content[:500]!r}")
        try:
            return msgspec.json.decode(content, type=JsonObject)
        except msgspec.DecodeError as error:
            raise AnswerError(f"{method} {target}: not a JSON object: {error}") from error

    def create_experiment(self, name: str) -> str:
        """The id of a new experiment."""
        return str(self.post("experiments/create", {"name": name})["experiment_id"])

    def create_runs(self, experiment_id: str, count: int) -> list[str]:
        """The ids of `count` new runs."""
        body = {"experiment_id": experiment_id, "start_time": 1_700_000_000_000}
        return [str(self.post("runs/create", body)["run"]["info"]["run_id"]) for _ in range(count)]

    def history_length(self, run_id: str, key: str) -> int:
        """How many values of one metric are stored."""
        return len(self.get("metrics/get-history", run_id=run_id, metric_key=key).get("metrics", []))

    def run_names(self, experiment_id: str) -> list[str]:
        """The names of all runs of an experiment, page by page."""
        body: JsonObject = {"experiment_ids": [experiment_id], "max_results": 5000}
        names: list[str] = []
        while True:
            page = self.post("runs/search", body)
            names += [str(run["info"]["run_name"]) for run in page.get("runs", [])]
            if not page.get("next_page_token"):
                return names
            body["page_token"] = page["next_page_token"]
