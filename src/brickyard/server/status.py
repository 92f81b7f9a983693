"""Health, version and status: what load balancers, clients and people ask first."""

import os
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, PlainTextResponse, Response

from brickyard import __version__
from brickyard.server.route import Permission, Route, raw_route

MLFLOW_VERSION = version("mlflow")


class Status:
    """What the server tells of itself. `parts` are asked for the state of what it has started."""

    def __init__(self, parts: dict[str, Callable[[], str]]) -> None:
        self._parts = parts
        self._started = time.time()

    def snapshot(self) -> dict[str, Any]:
        return {
            "product": "brickyard",
            "version": __version__,
            "mlflow_version": MLFLOW_VERSION,
            "pid": os.getpid(),
            "started_at": int(self._started * 1000),
            **{name: state() for name, state in self._parts.items()},
        }


def routes(status: Status, discovery: dict[str, str]) -> tuple[Route, ...]:
    async def health(_: HttpRequest) -> Response:
        """Answer OK while the server serves."""
        return PlainTextResponse("OK")

    async def mlflow_version(_: HttpRequest) -> Response:
        """The MLflow release whose protocol is spoken."""
        return PlainTextResponse(MLFLOW_VERSION)

    async def snapshot(_: HttpRequest) -> Response:
        """What runs: version, pid, state of the parts."""
        return JSONResponse(status.snapshot())

    async def databricks_config(_: HttpRequest) -> Response:
        """What the Databricks SDK asks when a client is made."""
        return JSONResponse(discovery)

    return (
        raw_route("GET", "/health", Permission.OPEN, health),
        raw_route("GET", "/version", Permission.OPEN, mlflow_version),
        raw_route("GET", "/.well-known/databricks-config", Permission.OPEN, databricks_config),
        raw_route("GET", "/api/brickyard/status", Permission.OPEN, snapshot),
    )
