"""Bytes <-> registered models."""

import msgspec

from brickyard.server.registry.entities import ModelVersion, RegisteredModel, RegistryTag
from brickyard.wire.requests import Request


class CreateModel(Request, frozen=True):
    name: str = ""
    tags: list[RegistryTag] = []
    description: str | None = None


class OneModel(Request, frozen=True):
    required = ("name",)
    name: str = ""


class UpdateModel(Request, frozen=True):
    required = ("name",)
    name: str = ""
    description: str = ""


class RenameModel(Request, frozen=True):
    required = ("name",)
    name: str = ""
    new_name: str = ""


class SearchModels(Request, frozen=True):
    filter: str = ""
    max_results: int = 100
    order_by: list[str] = []
    page_token: str = ""


class LatestVersions(Request, frozen=True):
    required = ("name",)
    name: str = ""
    stages: list[str] = []


class SetModelTag(Request, frozen=True):
    required = ("name", "key")
    name: str = ""
    key: str = ""
    value: str = ""


class DeleteModelTag(Request, frozen=True):
    required = ("name", "key")
    name: str = ""
    key: str = ""


class SetAlias(Request, frozen=True):
    required = ("name", "alias", "version")
    name: str = ""
    alias: str = ""
    version: str = ""


class OneAlias(Request, frozen=True):
    required = ("name", "alias")
    name: str = ""
    alias: str = ""


class ModelAnswer(msgspec.Struct, frozen=True):
    registered_model: RegisteredModel


class ModelsAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    registered_models: list[RegisteredModel] = []
    next_page_token: str = ""


class VersionsAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    model_versions: list[ModelVersion] = []
    next_page_token: str = ""
