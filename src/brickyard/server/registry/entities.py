"""Registered models and their versions."""

import msgspec

from brickyard.errors import InvalidParameterValue

STAGES = ("None", "Staging", "Production", "Archived")
ACTIVE_STAGES = ("Staging", "Production")
DELETED_STAGE = "Deleted_Internal"  # a deleted version keeps its row, so that its number is never given again
_CANONICAL = {stage.lower(): stage for stage in STAGES}


def canonical_stage(stage: str) -> str:
    """
    Raises:
        InvalidParameterValue: not a stage.
    """
    try:
        return _CANONICAL[stage.lower()]
    except KeyError:
        raise InvalidParameterValue(
            f"Invalid Model Version stage: {stage}. Value must be one of {', '.join(STAGES)}."
        ) from None


class RegistryTag(msgspec.Struct, frozen=True):
    key: str
    value: str = ""


class Alias(msgspec.Struct, frozen=True):
    alias: str
    version: str


class ModelVersion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A version of a registered model. Times in milliseconds since the epoch."""

    name: str
    version: str
    creation_timestamp: int | None = None
    last_updated_timestamp: int | None = None
    user_id: str | None = None
    current_stage: str = msgspec.field(default_factory=str)
    description: str = msgspec.field(default_factory=str)
    source: str = msgspec.field(default_factory=str)
    run_id: str = msgspec.field(default_factory=str)
    status: str = msgspec.field(default_factory=str)
    status_message: str | None = None
    run_link: str = msgspec.field(default_factory=str)
    tags: list[RegistryTag] = []
    aliases: list[str] = []


class RegisteredModel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    creation_timestamp: int | None = None
    last_updated_timestamp: int | None = None
    description: str | None = None
    latest_versions: list[ModelVersion] = []
    tags: list[RegistryTag] = []
    aliases: list[Alias] = []
