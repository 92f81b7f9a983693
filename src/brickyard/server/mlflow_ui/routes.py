"""The rows of the MLflow web UI."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response

from brickyard.server.mlflow_ui import answers, graphql
from brickyard.server.mlflow_ui.files import WebUi
from brickyard.server.registry.service import Registry
from brickyard.server.registry.versions.wire import SearchVersions
from brickyard.server.route import Permission, Route, json_route, raw_route
from brickyard.server.tracking.service import Tracking
from brickyard.server.upstream.handed_on import HandedOn
from brickyard.server.upstream.proxy import Upstream
from brickyard.wire.requests import NoFields, parse_object


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
        ("GET", "/api/3.0/mlflow/server-info", answers.server_info),
        ("GET", f"{version_3}/server-info", answers.server_info),
        ("GET", f"{version_3}/ui-telemetry", answers.ui_telemetry),
        ("POST", f"{version_3}/ui-telemetry", answers.refused_ui_telemetry),
        ("GET", "/ajax-api/2.0/mlflow/users/current", answers.current_user),
        ("GET", "/ajax-api/2.0/mlflow/gateway-proxy", answers.gateway_endpoints),
        ("GET", f"{version_3}/assistant/config", answers.assistant_config),
        ("GET", f"{version_3}/assistant/providers", answers.assistant_providers),
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
