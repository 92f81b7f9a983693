"""Runs, with their latest metrics, params, tags, inputs and outputs."""

from typing import Any

import msgspec

from brickyard.server.tracking.experiments.entities import Tag

ACTIVE_STATUSES = ("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")


class RunInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run as the API shows it. Times in milliseconds since the epoch."""

    run_uuid: str
    experiment_id: str
    run_name: str = ""
    user_id: str
    status: str
    start_time: int | None = None
    end_time: int | None = None
    artifact_uri: str = ""
    lifecycle_stage: str
    run_id: str

    @property
    def is_active(self) -> bool:
        return self.lifecycle_stage == "active"


class MetricValue(msgspec.Struct, frozen=True, gc=False):
    """A logged value; NaN is a string, as JSON has no number for it."""

    key: str
    value: float | str
    timestamp: int
    step: int


class RunData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    metrics: list[MetricValue] = []
    params: list[Tag] = []
    tags: list[Tag] = []


class RunInputs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    dataset_inputs: list[Any] = []
    model_inputs: list[Any] = []


class RunOutputs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    model_outputs: list[Any] = []


class Run(msgspec.Struct, frozen=True, kw_only=True):
    info: RunInfo
    data: RunData
    inputs: RunInputs = RunInputs()
    outputs: RunOutputs = RunOutputs()
