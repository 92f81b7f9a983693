"""The catalog as Sail is shown it: a small server on this machine between Sail and the Brickyard server.

It keeps three things from Sail. The token: Sail gets a secret that opens this relay alone. The columns of tables:
where the catalog gives any, Sail believes them instead of the Delta log, and a table that another program has changed
cannot be read; it also stumbles over types that it does not know. And that a table is managed: Sail would then commit
through the catalog, which other Delta readers cannot follow.

And it says which catalog a name of two levels means, where that catalog is younger than Sail: see names.py.
"""

import json
import secrets
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from brickyard.notebook.catalog import ROOT
from brickyard.notebook.engines.base import ServerAddress

LATE_CATALOG = "brickyardcurrentcatalog"
"""Stands for the current catalog in what Sail asks. Letters alone: Sail percent-encodes all else in a path."""

_SHOWN = ("name", "catalog_name", "schema_name", "storage_location", "data_source_format", "table_id", "comment")
_ALLOWED = ("tables", "schemas")


class CatalogRelay:
    """A running relay. Its threads end with `stop`, and with the process."""

    def __init__(
        self, server: ServerAddress, current_catalog: Callable[[], str], saw: Callable[[str], None] = lambda _: None
    ) -> None:
        """
        Args:
            saw: is told the location of each table that Sail is shown alone, because it opens it.
        """
        self.secret = secrets.token_urlsafe(32)
        upstream = _Upstream(server, current_catalog, saw)
        secret = self.secret

        class Handler(_Handler):
            def answer(self, body: bytes) -> tuple[int, bytes]:
                if not secrets.compare_digest(self.headers.get("Authorization", ""), f"Bearer {secret}"):
                    return 401, _error("UNAUTHENTICATED", "this relay serves its own session alone")
                return upstream.answer(self.command, self.path, body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="brickyard-catalog", daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{ROOT}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Upstream:
    def __init__(self, server: ServerAddress, current_catalog: Callable[[], str], saw: Callable[[str], None]) -> None:
        self._server = server
        self._current = current_catalog
        self._saw = saw
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of what the server says."""
        kind = path.removeprefix(f"{ROOT}/").partition("?")[0].partition("/")[0]
        if kind not in _ALLOWED or (kind == "tables" and method != "GET"):
            return 404, _error("ENDPOINT_NOT_FOUND", f"{method} {kind} is not for the engine")
        current = self._current()
        path, body = path.replace(LATE_CATALOG, current), body.replace(LATE_CATALOG.encode(), current.encode())
        request = urllib.request.Request(self._server.url + path, data=body or None, method=method)
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer {self._server.token}")
        try:
            with self._opener.open(request, timeout=60) as reply:
                text = reply.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError as error:
            return 503, _error("TEMPORARILY_UNAVAILABLE", f"the Brickyard server does not answer: {error}")
        return 200, self._shown(text) if kind == "tables" else text

    def _shown(self, text: bytes) -> bytes:
        answer = json.loads(text)
        if "tables" in answer:
            answer["tables"] = [_table(entry) for entry in answer["tables"] or []]
            return json.dumps(answer).encode()
        self._saw(answer.get("storage_location") or "")
        return json.dumps(_table(answer)).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two would wait for each other's acknowledgement

    def answer(self, body: bytes) -> tuple[int, bytes]:
        raise NotImplementedError

    def do_GET(self) -> None:
        status, text = self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_DELETE = do_PATCH = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """The server's own access log has these requests."""


def _table(entry: dict[str, Any]) -> dict[str, Any]:
    shown = {name: entry[name] for name in _SHOWN if entry.get(name) is not None}
    return {**shown, "table_type": "EXTERNAL", "columns": [], "properties": {}}


def _error(code: str, message: str) -> bytes:
    return json.dumps({"error_code": code, "message": message}).encode()
