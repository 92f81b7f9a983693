"""Bytes <-> metrics, params and tags of runs."""

from typing import Annotated

import msgspec

from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.runs.entities import MetricValue
from brickyard.server.tracking.runs.wire import OneRun
from brickyard.wire.requests import Request

INT64 = msgspec.Meta(ge=-(2**63), le=2**63 - 1)


class Metric(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One logged value. Timestamp in milliseconds since the epoch."""

    key: str = ""
    value: float | None = None
    timestamp: Annotated[int, INT64] | None = None
    step: Annotated[int, INT64] = 0
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None
    run_id: str | None = None


class LogMetric(OneRun, frozen=True):
    required = ("run_id", "key", "value", "timestamp")
    key: str = ""
    value: float | None = None
    timestamp: Annotated[int, INT64] | None = None
    step: Annotated[int, INT64] = 0
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


class LogBatch(Request, frozen=True):
    required = ("run_id",)
    run_id: str = ""
    metrics: list[Metric] = []
    params: list[Tag] = []
    tags: list[Tag] = []


class MetricHistory(OneRun, frozen=True):
    required = ("run_id", "metric_key")
    metric_key: str = ""
    max_results: int | None = None
    page_token: str = ""


class BulkHistory(Request, frozen=True):
    required = ("metric_key",)
    run_id: list[str] = []
    metric_key: str = ""
    max_results: int = 25_000


class BulkIntervalHistory(Request, frozen=True):
    required = ("metric_key",)
    run_ids: list[str] = []
    metric_key: str = ""
    start_step: int | None = None
    end_step: int | None = None
    max_results: int = 1000


class RunMetricValue(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    value: float | str
    timestamp: int
    step: int
    run_id: str


class HistoryAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    metrics: list[MetricValue] = []
    next_page_token: str = ""


class BulkHistoryAnswer(msgspec.Struct, frozen=True):
    metrics: list[RunMetricValue]
