"""The rules of logging and reading metrics: those of the stock MLflow server."""

from collections.abc import Sequence

from brickyard.errors import InvalidParameterValue
from brickyard.server.db.connection import Connection
from brickyard.server.db.database import Database
from brickyard.server.tracking.metrics import store
from brickyard.server.tracking.metrics.wire import (
    BulkHistory,
    BulkIntervalHistory,
    LogBatch,
    LogMetric,
    Metric,
    MetricHistory,
    RunMetricValue,
)
from brickyard.server.tracking.runs.entities import MetricValue
from brickyard.server.tracking.runs.service import (
    check_active,
    checked_param,
    checked_tag,
    find,
    write_params,
    write_tags,
)
from brickyard.wire import limits
from brickyard.wire.checks import check_batch_sizes, check_length, check_name, check_run_id, invalid_value
from brickyard.wire.numbers import json_double
from brickyard.wire.page_tokens import create_page_token, parse_page_token


def check_metric(metric: Metric, path: str = "") -> None:
    """
    Raises:
        InvalidParameterValue: a bad key, a value or timestamp that is missing, a negative timestamp; names the field.
    """
    prefix = f"{path}." if path else ""
    check_name(metric.key, f"{prefix}name")
    check_length("Metric name", limits.ENTITY_KEY, metric.key)
    if not metric.key:
        raise InvalidParameterValue(f"Missing value for required parameter '{prefix}key'.")
    if metric.value is None:
        raise InvalidParameterValue(f"Missing value for required parameter '{prefix}value'.")
    if metric.timestamp is None:
        raise InvalidParameterValue(f"Missing value for required parameter '{prefix}timestamp'.")
    if metric.timestamp < 0:
        raise invalid_value(
            f"{prefix}timestamp",
            metric.timestamp,
            f"metric '{metric.key}' (value={metric.value}). Timestamp must be a nonnegative long (64-bit integer) ",
        )


def check_metrics(metrics: Sequence[Metric]) -> None:
    """The same for a batch: each key is looked at once, however many values it has.

    Raises:
        InvalidParameterValue: names the first bad metric by its place.
    """
    good: set[str] = set()
    for index, metric in enumerate(metrics):
        if metric.key not in good or metric.value is None or metric.timestamp is None or metric.timestamp < 0:
            check_metric(metric, f"metrics[{index}]")
            good.add(metric.key)


ALL = 2**62  # as a LIMIT: no limit, on both databases


class Metrics:
    """Metrics of the runs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def log(self, request: LogMetric) -> None:
        """
        Raises:
            NotFound, InvalidParameterValue: no such run, a deleted one, a bad metric.
        """
        run_id = request.run_id
        point = Metric(
            key=request.key,
            value=request.value,
            timestamp=request.timestamp,
            step=request.step,
            model_id=request.model_id,
            dataset_name=request.dataset_name,
            dataset_digest=request.dataset_digest,
        )
        check_metric(point)
        rows = store.in_writing_order((point,))

        def write(connection: Connection) -> None:
            experiment_id = check_active(connection, run_id)
            store.append(connection, run_id, rows)
            if point.model_id:
                store.append_to_models(connection, run_id, experiment_id, (point,))

        await self._database.write(write)

    async def log_batch(self, request: LogBatch) -> None:
        """Metrics, params and tags: all or nothing.

        Raises:
            NotFound, InvalidParameterValue: no such run, a deleted one, too many or bad entities, a changed param.
        """
        check_run_id(request.run_id)
        check_metrics(request.metrics)
        params = [checked_param(param, f"params[{index}]") for index, param in enumerate(request.params)]
        tags = [checked_tag(tag, f"tags[{index}]") for index, tag in enumerate(request.tags)]
        check_batch_sizes(metrics=len(request.metrics), params=len(params), tags=len(tags))
        _check_unique([param.key for param in params])
        rows = store.in_writing_order(request.metrics)
        of_models = [metric for metric in request.metrics if metric.model_id]

        def write(connection: Connection) -> None:
            experiment_id = check_active(connection, request.run_id)
            write_params(connection, request.run_id, params)
            store.append(connection, request.run_id, rows)
            store.append_to_models(connection, request.run_id, experiment_id, of_models)
            write_tags(connection, request.run_id, tags)

        await self._database.write(write)

    async def history(self, request: MetricHistory) -> tuple[list[MetricValue], str]:
        """A page of a metric's values, all of them when max_results is not given; and the token of the next page.

        Raises:
            NotFound: no such run.
            InvalidParameterValue: page token or max_results.
        """
        size = request.max_results
        if size is not None and size <= 0:
            raise InvalidParameterValue(
                f"Invalid value {size} for parameter 'max_results' supplied. It must be a positive integer."
            )
        skip = parse_page_token(request.page_token)

        def read(connection: Connection) -> list[store.Point]:
            find(connection, request.run_id)
            limit = ALL if size is None else size + 1
            return store.history(connection, request.run_id, request.metric_key, limit=limit, skip=skip)

        points = await self._database.read(read)
        more = size is not None and len(points) > size
        values = [MetricValue(request.metric_key, *_shown(point)) for point in points[:size]]
        return values, create_page_token(skip + len(values)) if more else ""

    async def bulk_history(self, request: BulkHistory) -> list[RunMetricValue]:
        """The values of one metric in several runs, by run, timestamp, step and value.

        Raises:
            InvalidParameterValue: no run, or more than a request may name.
        """
        _check_run_count("GetMetricHistoryBulk", request.run_id)
        size = min(request.max_results, limits.METRIC_HISTORY_RESULTS)

        def read(connection: Connection) -> list[RunMetricValue]:
            found: list[RunMetricValue] = []
            for run_id in sorted(request.run_id):
                points = store.history(connection, run_id, request.metric_key, limit=size - len(found), skip=0)
                found += [_run_value(run_id, request.metric_key, point) for point in points]
            return found

        return await self._database.read(read)

    async def bulk_interval_history(self, request: BulkIntervalHistory) -> list[RunMetricValue]:
        """An even sample of one metric in each of several runs, by step.

        Raises:
            NotFound: no such run.
            InvalidParameterValue: runs, steps or max_results.
        """
        _check_run_count("GetMetricHistoryBulkInterval", request.run_ids)
        if not 1 <= request.max_results <= limits.SAMPLED_POINTS_PER_RUN:
            raise InvalidParameterValue(f"max_results must be between 1 and {limits.SAMPLED_POINTS_PER_RUN}.")
        steps = _steps(request.start_step, request.end_step)

        def read(connection: Connection) -> list[RunMetricValue]:
            found: list[RunMetricValue] = []
            for run_id in request.run_ids:
                find(connection, run_id)
                points = store.sample(connection, run_id, request.metric_key, size=request.max_results, steps=steps)
                found += [_run_value(run_id, request.metric_key, point) for point in points]
            return found

        return await self._database.read(read)


def _shown(point: store.Point) -> tuple[float | str, int, int]:
    value, timestamp, step, is_nan = point
    return "NaN" if is_nan else json_double(value), timestamp, step


def _run_value(run_id: str, key: str, point: store.Point) -> RunMetricValue:
    value, timestamp, step = _shown(point)
    return RunMetricValue(key=key, value=value, timestamp=timestamp, step=step, run_id=run_id)


def _check_unique(keys: Sequence[str]) -> None:
    if len(set(keys)) != len(keys):
        repeated = sorted({key for key in keys if keys.count(key) > 1})
        raise InvalidParameterValue(
            f"Duplicate parameter keys have been submitted: {repeated}. Please ensure the request contains only one "
            "param value per param key."
        )


def _check_run_count(call: str, run_ids: Sequence[str]) -> None:
    if not run_ids:
        raise InvalidParameterValue(f"{call} request must specify at least one run_id.")
    if len(run_ids) > limits.RUNS_PER_BULK_HISTORY:
        raise InvalidParameterValue(
            f"{call} request cannot specify more than {limits.RUNS_PER_BULK_HISTORY} run_ids. "
            f"Received {len(run_ids)} run_ids."
        )


def _steps(start: int | None, end: int | None) -> tuple[int, int] | None:
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise InvalidParameterValue("If either start step or end step are specified, both must be specified.")
    if start > end:
        raise InvalidParameterValue(
            f"end_step must be greater than start_step. Found start_step={start} and end_step={end}."
        )
    return start, end
