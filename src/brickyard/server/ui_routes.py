"""The rows of the MLflow web UI: its files, its small questions, and its GraphQL queries."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from brickyard.server import graphql, ui_answers
from brickyard.server.registry.service import Registry
from brickyard.server.registry.versions.wire import SearchVersions
from brickyard.server.route import Permission, Route, json_route, raw_route
from brickyard.server.tracking.service import Tracking
from brickyard.server.upstream.proxy import Receive, Send, Upstream
from brickyard.server.webui import WebUi
from brickyard.wire.requests import Request, parse_object


class NoFields(Request, frozen=True):
    pass


class HandedOn(Response):
    """A request whose body was read here and which the stock server answers."""

    def __init__(self, upstream: Upstream, body: bytes) -> None:
        super().__init__()
        self._upstream = upstream
        self._received = body

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        body: bytes | None = self._received

        async def replayed() -> Any:
            nonlocal body
            if body is None:
                return await receive()
            message, body = {"type": "http.request", "body": body, "more_body": False}, None
            return message

        await self._upstream(scope, replayed, send)


def routes(ui: WebUi, tracking: Tracking, registry: Registry, upstream: Upstream) -> tuple[Route, ...]:
    return (
        raw_route("GET", "/", Permission.PAGE, ui.index),
        raw_route("GET", "/static-files/{path:rest}", Permission.PAGE, ui.file),
        *_answers(),
        *_graphql(tracking, registry, upstream),
    )


def _answers() -> tuple[Route, ...]:
    """What every page asks and what carries nothing of the store."""
    version_3 = "/ajax-api/3.0/mlflow"
    fixed: tuple[tuple[str, str, Callable[[], dict[str, Any]]], ...] = (
        ("GET", "/api/3.0/mlflow/server-info", ui_answers.server_info),
        ("GET", f"{version_3}/server-info", ui_answers.server_info),
        ("GET", f"{version_3}/ui-telemetry", ui_answers.ui_telemetry),
        ("POST", f"{version_3}/ui-telemetry", ui_answers.refused_ui_telemetry),
        ("GET", "/ajax-api/2.0/mlflow/users/current", ui_answers.current_user),
        ("GET", "/ajax-api/2.0/mlflow/gateway-proxy", ui_answers.gateway_endpoints),
        ("GET", f"{version_3}/assistant/config", ui_answers.assistant_config),
        ("GET", f"{version_3}/assistant/providers", ui_answers.assistant_providers),
    )
    return tuple(json_route(method, path, Permission.MLFLOW, _verb(answer), NoFields) for method, path, answer in fixed)


def _verb(answer: Callable[[], dict[str, Any]]) -> Callable[[NoFields], Awaitable[dict[str, Any]]]:
    async def verb(_: NoFields) -> dict[str, Any]:
        return answer()

    verb.__doc__ = answer.__doc__
    return verb


def _graphql(tracking: Tracking, registry: Registry, upstream: Upstream) -> tuple[Route, ...]:
    async def get_run(fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"run": msgspec.to_builtins(await tracking.runs.get(str(fields["run_id"])))}

    async def get_experiment(fields: Mapping[str, Any]) -> dict[str, Any]:
        return {"experiment": msgspec.to_builtins(await tracking.experiments.get(str(fields["experiment_id"])))}

    async def search_model_versions(fields: Mapping[str, Any]) -> dict[str, Any]:
        found, _ = await registry.versions.search(SearchVersions(filter=str(fields["filter"])))
        return {"model_versions": msgspec.to_builtins(found)}

    resolvers: dict[str, graphql.Resolver] = {
        "get_run": get_run,
        "get_experiment": get_experiment,
        "search_model_versions": search_model_versions,
    }

    async def query(request: HttpRequest) -> Response:
        """The GraphQL queries of the MLflow web UI."""
        body = await request.body()
        answer = await graphql.answer(parse_object(body), resolvers)
        return HandedOn(upstream, body) if answer is None else JSONResponse(answer)

    return (raw_route("POST", "/graphql", Permission.MLFLOW, query),)
