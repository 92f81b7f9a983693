"""Logged models, with their params, tags and metrics."""

import msgspec

from brickyard.server.tracking.experiments.entities import Tag

STATUSES = {
    0: "LOGGED_MODEL_STATUS_UNSPECIFIED",
    1: "LOGGED_MODEL_PENDING",
    2: "LOGGED_MODEL_READY",
    3: "LOGGED_MODEL_UPLOAD_FAILED",
}
PENDING = 1


class LoggedModelInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Times in milliseconds since the epoch."""

    model_id: str
    experiment_id: str
    name: str
    creation_timestamp_ms: int
    last_updated_timestamp_ms: int
    artifact_uri: str
    status: str
    model_type: str = ""
    source_run_id: str = ""
    status_message: str = ""
    tags: list[Tag] = []


class LoggedModelMetric(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    key: str
    value: float | str
    timestamp: int
    step: int = msgspec.field(default_factory=int)
    dataset_name: str | None = None
    dataset_digest: str | None = None
    model_id: str
    run_id: str


class LoggedModelData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    params: list[Tag] = []
    metrics: list[LoggedModelMetric] = []


class LoggedModel(msgspec.Struct, frozen=True, kw_only=True):
    info: LoggedModelInfo
    data: LoggedModelData = LoggedModelData()
