"""The stock MLflow web UI, from the files in the mlflow wheel. mlflow itself is not imported."""

import importlib.util
import os
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse

from brickyard.errors import FileNotFound, HomeUnusable

STATIC_PATH = "/static-files/"
FIRST_VISIT = """<script>
(() => {
  const defaults = {
    "mlflow.workflowType_v1": "machine_learning",
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": true,
  };
  try {
    for (const [key, value] of Object.entries(defaults))
      if (localStorage.getItem(key) === null) localStorage.setItem(key, JSON.stringify(value));
  } catch { /* a browser that keeps nothing shows the UI's own defaults */ }
})();
</script>"""
"""Has a visitor's first page show training runs, not traces, and keeps the assistant closed; a later choice stays."""

CONSOLE_LINK = """<a href="/console" style="position:fixed;left:12px;bottom:84px;z-index:9;padding:2px 8px;\
border-radius:4px;font:12px system-ui,sans-serif;color:#b3470b;background:#fffdf9;border:1px solid #e6d5c3;\
text-decoration:none">Brickyard console</a>"""
"""Lies over the navigation bar, above its last entries, where the UI itself shows nothing."""

_HEADERS = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN"}
_PAGE_CACHE = "no-cache"
_HASHED_CACHE = "public, max-age=31536000, immutable"  # names under static/ carry a hash of what the file holds
_PLAIN_CACHE = "public, max-age=3600"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


def installed_folder() -> Path:
    """Where the installed mlflow keeps the built UI.

    Raises:
        HomeUnusable: mlflow is not installed, or without its UI (mlflow-skinny, a source checkout).
    """
    found = importlib.util.find_spec("mlflow")
    if found is not None and found.origin is not None:
        folder = Path(found.origin).parent / "server" / "js" / "build"
        if (folder / "index.html").is_file():
            return folder
    raise HomeUnusable("The MLflow web UI is missing: install the mlflow package (mlflow-skinny has no UI).")


class WebUi:
    """Answers for `/` and `/static-files/{path:rest}`, with ETags, ranges and 304.

    Args:
        folder: the built UI.
        head: HTML that goes into the page's head before the UI's own scripts.
        body: HTML at the end of the page's body.
    """

    def __init__(self, folder: Path, head: str = FIRST_VISIT, body: str = CONSOLE_LINK) -> None:
        self._root = folder.resolve()
        text = (self._root / "index.html").read_text("utf-8")
        page = text.replace("<head>", "<head>" + head, 1).replace("</body>", body + "</body>", 1).encode()
        self._page = page
        self._page_headers = {**_HEADERS, "ETag": f'"{sha256(page).hexdigest()[:32]}"', "Cache-Control": _PAGE_CACHE}

    async def index(self, request: HttpRequest) -> Response:
        """The MLflow web UI."""
        response = Response(self._page, media_type="text/html", headers=self._page_headers)
        return _unless_known(request.headers, response)

    async def file(self, request: HttpRequest) -> Response:
        """A file of the MLflow web UI."""
        path: str = request.path_params["path"]
        found = await anyio.to_thread.run_sync(self._find, path)
        if found is None:
            raise FileNotFound(f"No such file of the MLflow web UI: {path[:300]!r}")
        location, facts = found
        headers = {**_HEADERS, "Cache-Control": _HASHED_CACHE if path.startswith("static/") else _PLAIN_CACHE}
        media_type = _TYPES.get(location.suffix.lower(), "application/octet-stream")
        response = FileResponse(location, media_type=media_type, headers=headers, stat_result=facts)
        return _unless_known(request.headers, response)

    def _find(self, path: str) -> tuple[Path, os.stat_result] | None:
        """The file and its facts; None: no file, or not under the root."""
        if "\0" in path:
            return None
        location = self._root.joinpath(path).resolve()
        if not location.is_relative_to(self._root):
            return None
        try:
            facts = location.stat()
        except OSError:
            return None
        return (location, facts) if stat.S_ISREG(facts.st_mode) else None


def _unless_known(wanted: Mapping[str, str], response: Response) -> Response:
    """304 when the client has this ETag, or, sending none, this date."""
    tags = {tag.strip().removeprefix("W/") for tag in wanted.get("if-none-match", "").split(",")}
    same_date = "if-none-match" not in wanted and wanted.get("if-modified-since") == response.headers.get(
        "last-modified"
    )
    if response.headers["etag"] in tags or (same_date and "last-modified" in response.headers):
        return NotModifiedResponse(Headers(raw=response.raw_headers))
    return response
