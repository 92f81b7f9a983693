"""Bytes <-> experiments."""

import msgspec

from brickyard.server.tracking.experiments.entities import Experiment, Tag
from brickyard.wire.requests import Request


class CreateExperiment(Request, frozen=True):
    required = ("name",)
    name: str = ""
    artifact_location: str = ""
    tags: list[Tag] = []


class OneExperiment(Request, frozen=True):
    required = ("experiment_id",)
    experiment_id: str = ""


class ExperimentByName(Request, frozen=True):
    required = ("experiment_name",)
    experiment_name: str = ""


class UpdateExperiment(Request, frozen=True):
    required = ("experiment_id",)
    experiment_id: str = ""
    new_name: str | None = None


class SetExperimentTag(Request, frozen=True):
    required = ("experiment_id", "key")
    experiment_id: str = ""
    key: str = ""
    value: str = ""


class DeleteExperimentTag(Request, frozen=True):
    required = ("experiment_id", "key")
    experiment_id: str = ""
    key: str = ""


class SearchExperiments(Request, frozen=True):
    max_results: int = 1000
    page_token: str = ""
    filter: str = ""
    order_by: list[str] = []
    view_type: str = "ACTIVE_ONLY"


class ExperimentAnswer(msgspec.Struct, frozen=True):
    experiment: Experiment


class ExperimentsAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    experiments: list[Experiment] = []
    next_page_token: str = ""
