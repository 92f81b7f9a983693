"""The web UI's files: what is sent, when it is not sent again, and what is refused."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from brickyard.errors import FileNotFound
from brickyard.server.mlflow_ui.files import CONSOLE_LINK, FIRST_VISIT, WebUi, installed_folder

PAGE = "<!doctype html><html><head><meta charset='utf-8'/></head><body>the page</body></html>"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "build"
    (folder / "static" / "js").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "manifest.json").write_text("{}")
    (folder / "static" / "js" / "main.1a2b.js").write_text("let a = 1;" * 100)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "way-out").symlink_to(tmp_path / "secret.txt")
    return folder


class Browser:
    """One request at a time to a web UI."""

    def __init__(self, ui: WebUi) -> None:
        routes = [Route("/", ui.index), Route("/static-files/{path:path}", ui.file)]
        self._app = Starlette(routes=routes, exception_handlers={FileNotFound: _not_found})

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def one_request() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://ui") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(one_request())


async def _not_found(_: Any, error: Exception) -> PlainTextResponse:
    return PlainTextResponse(str(error), status_code=404)


@pytest.fixture
def client(build: Path) -> Browser:
    return Browser(WebUi(build))


def test_the_page_has_our_script_before_its_own(client: Browser) -> None:
    answer = client.get("/")
    assert answer.text == PAGE.replace("<head>", f"<head>{FIRST_VISIT}").replace("</body>", f"{CONSOLE_LINK}</body>")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert client.get("/", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_the_pages_tag_changes_with_what_is_in_it(build: Path, client: Browser) -> None:
    other = Browser(WebUi(build, head="<!-- another -->")).get("/")
    assert other.headers["etag"] != client.get("/").headers["etag"]
    assert "<!-- another -->" in other.text


def test_hashed_files_are_kept_by_browsers_and_others_asked_for_again(client: Browser) -> None:
    script = client.get("/static-files/static/js/main.1a2b.js")
    assert script.text == "let a = 1;" * 100
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script.headers["cache-control"]
    manifest = client.get("/static-files/manifest.json")
    assert manifest.headers["content-type"] == "application/json"
    assert "immutable" not in manifest.headers["cache-control"]
    assert manifest.headers["x-content-type-options"] == "nosniff"


def test_a_known_file_is_not_sent_again(client: Browser) -> None:
    url = "/static-files/static/js/main.1a2b.js"
    first = client.get(url)
    for headers in (
        {"If-None-Match": first.headers["etag"]},
        {"If-None-Match": f'"other", W/{first.headers["etag"]}'},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = client.get(url, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    changed = {"If-None-Match": '"other"', "If-Modified-Since": first.headers["last-modified"]}
    assert client.get(url, headers=changed).status_code == 200


def test_ranges(client: Browser) -> None:
    part = client.get("/static-files/static/js/main.1a2b.js", headers={"Range": "bytes=4-8"})
    assert (part.status_code, part.text) == (206, "a = 1")


@pytest.mark.parametrize(
    "path",
    [
        "nope.js",
        "static",
        "static/js/",
        "..%2Fsecret.txt",
        "%2e%2e/secret.txt",
        "static/..%2f..%2fsecret.txt",
        "way-out",
        "%2Fetc%2Fpasswd",
        "a%00b",
        "x" * 300,
        "x/" * 3000,
    ],
)
def test_what_is_no_file_of_the_ui_is_not_found(client: Browser, path: str) -> None:
    answer = client.get(f"/static-files/{path}")
    assert answer.status_code == 404
    assert "secret" not in answer.text.replace("secret.txt", "")


def test_the_installed_ui_is_whole() -> None:
    """Every script and style that the installed page names is there."""
    client = Browser(WebUi(installed_folder()))
    named = re.findall(r'(?:src|href)="(?:\./)?(static-files/[^"]+)"', client.get("/").text)
    assert len(named) >= 3
    for path in named:
        answer = client.get(f"/{path}")
        assert answer.status_code == 200
        assert int(answer.headers["content-length"]) > 0


def test_mlflow_is_not_imported() -> None:
    code = (
        "import sys; from brickyard.server.mlflow_ui.files import installed_folder; installed_folder(); "
        "import brickyard.server.upstream.proxy; "
        "print(sorted({'mlflow', 'flask', 'httpx'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
