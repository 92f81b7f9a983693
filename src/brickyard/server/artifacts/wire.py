"""Bytes <-> lists of artifacts."""

import msgspec

from brickyard.server.artifacts.entities import FileInfo
from brickyard.wire.requests import Request


class ListProxied(Request, frozen=True):
    path: str = ""


class ListOfRun(Request, frozen=True):
    """The web UI names the run `run_uuid`."""

    run_id: str = ""
    run_uuid: str = ""
    path: str = ""


class ListOfModel(Request, frozen=True):
    required = ("model_id",)
    model_id: str = ""
    artifact_directory_path: str = ""


class FilesAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`files` is there even when empty: the web UI's comparison of runs fails without it."""

    root_uri: str = ""
    files: list[FileInfo]
