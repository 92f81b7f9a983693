"""Bytes <-> the metastore and credentials."""

from typing import Any, Literal

from brickyard.wire.requests import Request

LIFETIME_MS = 3_600_000


class TableCredentials(Request, frozen=True):
    required = ("table_id",)
    table_id: str = ""
    operation: Literal["READ", "READ_WRITE"] = "READ"


class PathCredentials(Request, frozen=True):
    required = ("url",)
    url: str = ""
    operation: Literal["PATH_READ", "PATH_READ_WRITE", "PATH_CREATE_TABLE"] = "PATH_READ"
    dry_run: bool = False


def credentials(url: str, now: int) -> dict[str, Any]:
    """Files of this machine need no credential: only the address is told. `expiration_time` is in milliseconds."""
    return {"url": url, "expiration_time": now + LIFETIME_MS}


def assignment(metastore_id: str, workspace_id: int, default_catalog: str) -> dict[str, Any]:
    return {
        "metastore_id": metastore_id,
        "workspace_id": workspace_id,
        "default_catalog_name": default_catalog,
    }


def summary(metastore_id: str, owner: str) -> dict[str, Any]:
    return {
        "metastore_id": metastore_id,
        "global_metastore_id": f"local:{metastore_id}",
        "name": "brickyard",
        "owner": owner,
        "cloud": "local",
        "region": "local",
        "privilege_model_version": "1.0",
    }
