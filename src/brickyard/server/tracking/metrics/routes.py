"""The rows of metrics."""

from typing import Any

from brickyard.server.route import Permission, Route, json_route, mlflow_routes
from brickyard.server.tracking.metrics.service import Metrics
from brickyard.server.tracking.metrics.wire import (
    BulkHistory,
    BulkHistoryAnswer,
    BulkIntervalHistory,
    HistoryAnswer,
    LogBatch,
    LogMetric,
    MetricHistory,
)

_EMPTY = b"{}"


def routes(metrics: Metrics) -> tuple[Route, ...]:
    async def log(request: LogMetric) -> bytes:
        """Log one value of a metric."""
        await metrics.log(request)
        return _EMPTY

    async def log_batch(request: LogBatch) -> bytes:
        """Log metrics, params and tags at once."""
        await metrics.log_batch(request)
        return _EMPTY

    async def history(request: MetricHistory) -> HistoryAnswer:
        """All values of a metric of a run, by pages if asked."""
        found, token = await metrics.history(request)
        return HistoryAnswer(metrics=found, next_page_token=token)

    async def bulk_history(request: BulkHistory) -> BulkHistoryAnswer:
        """All values of a metric of several runs."""
        return BulkHistoryAnswer(await metrics.bulk_history(request))

    async def bulk_interval(request: BulkIntervalHistory) -> dict[str, Any]:
        """An even sample of a metric of several runs."""
        found = await metrics.bulk_interval_history(request)
        return {"metrics": found} if found else {}

    return (
        *mlflow_routes("POST", "runs/log-metric", log, LogMetric),
        *mlflow_routes("POST", "runs/log-batch", log_batch, LogBatch),
        *mlflow_routes("GET", "metrics/get-history", history, MetricHistory),
        *mlflow_routes("GET", "metrics/get-history-bulk-interval", bulk_interval, BulkIntervalHistory),
        json_route(
            "GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", Permission.MLFLOW, bulk_history, BulkHistory
        ),
    )
