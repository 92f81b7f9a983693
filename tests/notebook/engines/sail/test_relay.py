"""The relay shows Sail names and locations, to its own session alone."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from brickyard.notebook.catalog import ROOT
from brickyard.notebook.client import ServerClient
from brickyard.notebook.engines.base import ServerAddress
from brickyard.notebook.engines.sail.relay import LATE_CATALOG, CatalogRelay


@pytest.fixture
def relay(address: ServerAddress) -> Iterator[CatalogRelay]:
    relay = CatalogRelay(address, lambda: "main")
    yield relay
    relay.stop()


def _ask(relay: CatalogRelay, path: str, *, method: str = "GET", secret: str | None = None) -> tuple[int, Any]:
    request = urllib.request.Request(relay.url + path, method=method)
    request.add_header("Authorization", f"Bearer {relay.secret if secret is None else secret}")
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_tables_have_no_columns_and_are_external(relay: CatalogRelay, client: ServerClient) -> None:
    location = client.get(f"{ROOT}/schemas/main.default")["storage_root"] + "/relayed"
    column = {"name": "a", "type_name": "LONG", "type_text": "bigint", "type_json": "", "position": 0, "nullable": True}
    table = {"name": "relayed", "catalog_name": "main", "schema_name": "default", "data_source_format": "DELTA"}
    client.post(f"{ROOT}/tables", {**table, "table_type": "MANAGED", "storage_location": location, "columns": [column]})
    status, table = _ask(relay, "/tables/main.default.relayed")
    assert (status, table["columns"], table["table_type"]) == (200, [], "EXTERNAL")
    assert table["storage_location"] == location
    _, tables = _ask(relay, "/tables?catalog_name=main&schema_name=default")
    assert all(entry["columns"] == [] for entry in tables["tables"])
    assert _ask(relay, f"/tables/{LATE_CATALOG}.default.relayed")[1]["name"] == "relayed"


def test_the_secret_is_asked_for(relay: CatalogRelay, address: ServerAddress) -> None:
    for secret in ("", "wrong", address.token):
        assert _ask(relay, "/schemas/main.default", secret=secret)[0] == 401
    assert _ask(relay, "/schemas/main.default")[0] == 200


def test_nothing_but_names_goes_through(relay: CatalogRelay) -> None:
    assert _ask(relay, "/catalogs")[0] == 404
    assert _ask(relay, "/tables/main.default.relayed", method="DELETE")[0] == 404
    status, body = _ask(relay, "/schemas/main.nothing")
    assert (status, body["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_a_server_that_is_gone_is_said_to_be() -> None:
    relay = CatalogRelay(ServerAddress(url="http://127.0.0.1:9", token="t"), lambda: "main")
    try:
        status, body = _ask(relay, "/schemas/main.default")
    finally:
        relay.stop()
    assert (status, body["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
