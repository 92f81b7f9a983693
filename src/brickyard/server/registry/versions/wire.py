"""Bytes <-> model versions."""

from typing import ClassVar

import msgspec

from brickyard.server.registry.entities import ModelVersion, RegistryTag
from brickyard.wire.requests import Request


class CreateVersion(Request, frozen=True):
    required = ("name", "source")
    name: str = ""
    source: str = ""
    run_id: str | None = None
    run_link: str = ""
    description: str = ""
    model_id: str | None = None
    tags: list[RegistryTag] = []


class OneVersion(Request, frozen=True):
    required: ClassVar[tuple[str, ...]] = ("name", "version")
    name: str = ""
    version: str | int = ""


class UpdateVersion(OneVersion, frozen=True):
    description: str = ""


class TransitionStage(OneVersion, frozen=True):
    required = ("name", "version", "stage")
    stage: str = ""
    archive_existing_versions: bool = False


class SetVersionTag(OneVersion, frozen=True):
    required = ("name", "version", "key")
    key: str = ""
    value: str = ""


class DeleteVersionTag(OneVersion, frozen=True):
    required = ("name", "version", "key")
    key: str = ""


class SearchVersions(Request, frozen=True):
    filter: str = ""
    max_results: int = 200_000
    order_by: list[str] = []
    page_token: str = ""


class VersionAnswer(msgspec.Struct, frozen=True):
    model_version: ModelVersion
