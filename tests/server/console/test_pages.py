"""The console's pages on a live server, as a browser's requests see them."""

import re
import time
import uuid
from pathlib import Path
from urllib.parse import unquote, urlparse

import pyarrow as pa
import pytest
import requests
from deltalake import write_deltalake

from tests.conftest import LiveServer


@pytest.fixture(scope="module")
def table(server: LiveServer) -> str:
    """A table with three rows in two versions."""
    schema = f"console_{uuid.uuid4().hex[:8]}"
    made = server.post("/api/2.1/unity-catalog/schemas", {"name": schema, "catalog_name": "main"}).json()
    folder = Path(unquote(urlparse(made["storage_root"]).path)) / "orders"
    write_deltalake(str(folder), pa.table({"id": [1, 2], "note": ["<b>bold</b>", None]}))
    write_deltalake(str(folder), pa.table({"id": [3], "note": ["third"]}), mode="append")
    body = {
        "name": "orders",
        "catalog_name": "main",
        "schema_name": schema,
        "data_source_format": "DELTA",
        "storage_location": folder.as_uri(),
    }
    assert server.post("/api/2.1/unity-catalog/tables", body).status_code == 200
    return f"main.{schema}.orders"


def page(server: LiveServer, path: str, status: int = 200) -> str:
    answer = server.get(path, token=False)
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    return answer.text


def test_home_tells_what_there_is_and_links_to_runs(server: LiveServer) -> None:
    name = f"/console/<script>alert({uuid.uuid4().int})</script>"
    experiment = server.post("/api/2.0/mlflow/experiments/create", {"name": name}).json()["experiment_id"]
    body = {"experiment_id": experiment, "run_name": "<i>seen</i>", "start_time": 2**41}
    run = server.post("/api/2.0/mlflow/runs/create", body).json()["run"]["info"]["run_id"]
    server.post("/api/2.0/mlflow/runs/update", {"run_id": run, "status": "FAILED"})
    text = page(server, "/console")
    assert f'href="/#/experiments/{experiment}/runs/{run}"' in text
    assert "&lt;i&gt;seen&lt;/i&gt;" in text
    assert "<script>alert" not in text
    assert "run &lt;i&gt;seen&lt;/i&gt; failed" in text


def test_catalog_leads_to_the_table(server: LiveServer, table: str) -> None:
    schema = table.rpartition(".")[0]
    assert f'href="/console/catalog/{schema}"' in page(server, "/console/catalog")
    assert f'href="/console/tables/{table}"' in page(server, f"/console/catalog/{schema}")
    text = page(server, f"/console/tables/{table}")
    assert "bigint" in text
    assert "<dd>3</dd>" in text, "the number of rows"


def test_rows_and_history_are_shown_and_escaped(server: LiveServer, table: str) -> None:
    sample = page(server, f"/console/tables/{table}/sample")
    assert "&lt;b&gt;bold&lt;/b&gt;" in sample
    assert "<b>bold</b>" not in sample
    assert "third" in sample
    history = page(server, f"/console/tables/{table}/history")
    assert re.findall(r"<tr><td>(\d)</td>", history) == ["1", "0"]


def test_what_is_not_there_is_a_page(server: LiveServer) -> None:
    assert "main.default.nothing" in page(server, "/console/tables/main.default.nothing", 404)
    assert "two parts" in page(server, "/console/catalog/main", 400)


def test_pages_name_no_other_host(server: LiveServer, table: str) -> None:
    for path in ("/console", "/console/catalog", f"/console/tables/{table}"):
        assert not re.findall(r"(?:src|href)=\"(?:https?:)?//[^\"]*", page(server, path))


@pytest.mark.parametrize("name", ["console.css", "htmx.min.js", "icon.svg"])
def test_files_of_the_pages(server: LiveServer, name: str) -> None:
    assert server.get(f"/console/static/{name}", token=False).status_code == 200


def test_other_files_are_refused(server: LiveServer) -> None:
    assert server.get("/console/static/..%2frender.py", token=False).status_code == 404


def _codes(server: LiveServer) -> list[str]:
    """The codes that the server has printed; it answers a moment before it prints."""
    deadline = time.monotonic() + 20
    while not (codes := re.findall(r"sign-in\?code=(\S+)", server.log)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return codes


def test_a_link_signs_one_browser_in_once(own_server: LiveServer) -> None:
    [code] = _codes(own_server)
    browser = requests.Session()
    answer = browser.get(f"{own_server.url}/console/sign-in?code={code}", timeout=30)
    assert answer.url == f"{own_server.url}/console"
    assert browser.get(f"{own_server.url}/api/2.0/token/list", timeout=30).status_code == 200
    assert requests.get(f"{own_server.url}/api/2.0/token/list", timeout=30).status_code == 401
    again = requests.get(f"{own_server.url}/console/sign-in?code={code}", timeout=30)
    assert again.status_code == 401
    assert "once" in again.text
