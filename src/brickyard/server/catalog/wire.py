"""What the answers of all parts of the catalog share."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from brickyard.server.catalog.entities import Entry
from brickyard.server.route import Decoded, Permission, Route, json_route
from brickyard.wire.requests import Request

ROOT = "/api/2.1/unity-catalog"
ENGINES_ROOT = "/api/engines/unity-catalog"
"""The same names for engines that take MANAGED as: commits go through the catalog (Sail, from 0.7). Here they go to the
Delta log alone, so every table is shown as EXTERNAL."""


class ListAll(Request, frozen=True):
    """The query of a list without a parent."""

    max_results: int | None = None
    page_token: str = ""


class Empty(Request, frozen=True):
    """A request without fields."""


def unity_route(
    method: str, path: str, verb: Callable[[Decoded], Awaitable[Any]], request: type[Decoded], root: str = ROOT
) -> Route:
    """A row of the Unity Catalog API."""
    return json_route(method, f"{root}/{path}", Permission.TOKEN, verb, request)


def entry_info(entry: Entry) -> dict[str, Any]:
    """The fields that every kind of entry shows; those without a value are left out, as Databricks does."""
    info = {
        "name": entry.name,
        "comment": entry.comment,
        "owner": entry.owner,
        "created_at": entry.created_at,
        "created_by": entry.created_by,
        "updated_at": entry.updated_at,
        "updated_by": entry.updated_by,
    }
    if not entry.comment:
        del info["comment"]
    return info


def listed(field: str, rows: list[dict[str, Any]], next_page_token: str) -> dict[str, Any]:
    """The answer to a list."""
    return {field: rows, **({"next_page_token": next_page_token} if next_page_token else {})}


def changed(**values: Any) -> dict[str, Any]:
    """The values of a change that were sent."""
    return {name: value for name, value in values.items() if value is not None}


def without_none(value: msgspec.Struct) -> dict[str, Any]:
    """A struct's fields that have a value."""
    return {name: item for name, item in msgspec.structs.asdict(value).items() if item is not None}
