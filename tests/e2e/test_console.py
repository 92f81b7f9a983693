"""The console in a real browser."""

import uuid
from pathlib import Path
from urllib.parse import unquote, urlparse

import pyarrow as pa
import pytest
from deltalake import write_deltalake
from playwright.sync_api import Browser, expect

from tests.conftest import LiveServer
from tests.e2e.conftest import watched

pytestmark = pytest.mark.browser


def test_from_the_home_page_to_the_rows_of_a_table(browser: Browser, server: LiveServer) -> None:
    schema = f"browsed_{uuid.uuid4().hex[:8]}"
    made = server.post("/api/2.1/unity-catalog/schemas", {"name": schema, "catalog_name": "main"}).json()
    folder = Path(unquote(urlparse(made["storage_root"]).path)) / "customers"
    write_deltalake(str(folder), pa.table({"customer": ["Ada", "Grace"], "spend": [12.5, 99.25]}))
    body = {
        "name": "customers",
        "catalog_name": "main",
        "schema_name": schema,
        "data_source_format": "DELTA",
        "storage_location": folder.as_uri(),
    }
    server.post("/api/2.1/unity-catalog/tables", body)
    with watched(browser, server.url) as seen:
        seen.open("/console")
        expect(seen.page.get_by_role("heading", name="What runs")).to_be_visible()
        seen.page.get_by_role("link", name="Catalog", exact=True).click()
        seen.page.get_by_role("link", name=f"main.{schema}").click()
        seen.page.get_by_role("link", name="customers").click()
        expect(seen.page.get_by_role("cell", name="double")).to_be_visible()
        expect(seen.page.get_by_role("cell", name="99.25")).to_be_visible()
        expect(seen.page.get_by_role("cell", name="WRITE")).to_be_visible()
        seen.page.get_by_role("link", name="MLflow UI").click()
        expect(seen.page).to_have_title("MLflow")
