"""Bytes <-> logged models."""

import msgspec

from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.logged_models.entities import LoggedModel
from brickyard.wire.requests import Request


class CreateLoggedModel(Request, frozen=True):
    required = ("experiment_id",)
    experiment_id: str = ""
    name: str = ""
    model_type: str = ""
    source_run_id: str = ""
    params: list[Tag] = []
    tags: list[Tag] = []


class OneLoggedModel(Request, frozen=True):
    required = ("model_id",)
    model_id: str = ""
    allow_deleted: bool = False


class FinalizeLoggedModel(Request, frozen=True):
    required = ("model_id", "status")
    model_id: str = ""
    status: int | str = ""


class SetLoggedModelTags(Request, frozen=True):
    required = ("model_id",)
    model_id: str = ""
    tags: list[Tag] = []


class DeleteLoggedModelTag(Request, frozen=True):
    required = ("model_id", "tag_key")
    model_id: str = ""
    tag_key: str = ""


class LogLoggedModelParams(Request, frozen=True):
    required = ("model_id",)
    model_id: str = ""
    params: list[Tag] = []


class DatasetOfSearch(msgspec.Struct, frozen=True, kw_only=True):
    dataset_name: str = ""
    dataset_digest: str = ""


class OrderBy(msgspec.Struct, frozen=True, kw_only=True):
    field_name: str
    ascending: bool = True
    dataset_name: str = ""
    dataset_digest: str = ""


class SearchLoggedModels(Request, frozen=True):
    required = ("experiment_ids",)
    experiment_ids: list[str] = []
    filter: str = ""
    datasets: list[DatasetOfSearch] = []
    max_results: int = 0
    order_by: list[OrderBy] = []
    page_token: str = ""


class LoggedModelAnswer(msgspec.Struct, frozen=True):
    model: LoggedModel


class LoggedModelsAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    models: list[LoggedModel] = []
    next_page_token: str = ""
