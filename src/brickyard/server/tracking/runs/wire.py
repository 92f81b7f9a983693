"""Bytes <-> runs."""

from typing import ClassVar

import msgspec

from brickyard.server.tracking.experiments.entities import Tag
from brickyard.server.tracking.runs.entities import Run, RunInfo
from brickyard.wire.requests import Request


class CreateRun(Request, frozen=True):
    experiment_id: str = "0"
    user_id: str = ""
    run_name: str = ""
    start_time: int | None = None
    tags: list[Tag] = []


class OneRun(Request, frozen=True):
    """`run_uuid` is the old name of run_id, which old clients send."""

    required: ClassVar[tuple[str, ...]] = ("run_id",)
    run_id: str = ""
    run_uuid: str = ""

    def __post_init__(self) -> None:
        if not self.run_id:
            msgspec.structs.force_setattr(self, "run_id", self.run_uuid)


class UpdateRun(OneRun, frozen=True):
    status: str | int | None = None
    end_time: int | None = None
    run_name: str = ""


class SetTag(OneRun, frozen=True):
    required = ("run_id", "key")
    key: str = ""
    value: str = ""


class DeleteTag(Request, frozen=True):
    required = ("run_id", "key")
    run_id: str = ""
    key: str = ""


class LogParam(OneRun, frozen=True):
    required = ("run_id", "key")
    key: str = ""
    value: str = ""


class SearchRuns(Request, frozen=True):
    experiment_ids: list[str] = []
    filter: str = ""
    run_view_type: str | int = "ACTIVE_ONLY"
    max_results: int = 1000
    order_by: list[str] = []
    page_token: str = ""


class RunAnswer(msgspec.Struct, frozen=True):
    run: Run


class RunInfoAnswer(msgspec.Struct, frozen=True):
    run_info: RunInfo


class RunsAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    runs: list[Run] = []
    next_page_token: str = ""
