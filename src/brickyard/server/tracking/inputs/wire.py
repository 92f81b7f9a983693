"""Bytes <-> inputs and outputs of runs."""

import msgspec

from brickyard.server.tracking.experiments.entities import Tag
from brickyard.wire.requests import Request


class Dataset(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A data set: where it came from and what it looks like, as JSON texts of the client."""

    name: str = ""
    digest: str = ""
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""


class DatasetInput(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    tags: list[Tag] = []
    dataset: Dataset | None = None


class ModelInput(msgspec.Struct, frozen=True, kw_only=True):
    model_id: str


class ModelOutput(msgspec.Struct, frozen=True, kw_only=True):
    model_id: str
    step: int = 0


class LogInputs(Request, frozen=True):
    required = ("run_id",)
    run_id: str = ""
    datasets: list[DatasetInput] = []
    models: list[ModelInput] = []


class LogOutputs(Request, frozen=True):
    required = ("run_id",)
    run_id: str = ""
    models: list[ModelOutput] = []


class SearchDatasets(Request, frozen=True):
    experiment_ids: list[str] = []
