"""Experiments."""

import msgspec


class Tag(msgspec.Struct, frozen=True, gc=False):
    key: str
    value: str = ""


class Experiment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An experiment as the API shows it. Times in milliseconds since the epoch."""

    experiment_id: str
    name: str
    artifact_location: str
    lifecycle_stage: str
    last_update_time: int | None = None
    creation_time: int | None = None
    tags: list[Tag] = []
    workspace: str | None = None

    @property
    def is_active(self) -> bool:
        return self.lifecycle_stage == "active"
