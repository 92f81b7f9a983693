"""dbruntime imports where DATABRICKS_HOST is a Brickyard server, and nowhere else."""

import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping

import pytest

from brickyard.notebook.server_of_home import RunningServer
from brickyard.settings import process_environment
from tests.notebook.conftest import notebook_server, token

__all__ = ["notebook_server", "token"]


def run(code: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    kept = {k: v for k, v in process_environment().items() if not k.startswith(("DATABRICKS_", "BRICKYARD_"))}
    return subprocess.run(
        [sys.executable, "-c", code], env=kept | variables, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def stranger() -> Iterator[str]:
    """Another HTTP server, which answers JSON to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"product": "something else"}')

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def refused(variables: Mapping[str, str]) -> str:
    done = run("import dbruntime", **variables)
    assert done.returncode == 1
    assert "ImportError: dbruntime" in done.stderr
    return done.stderr


def test_without_a_host() -> None:
    assert "brickyard run" in refused({})


def test_a_real_workspace() -> None:
    assert "adb-1.azuredatabricks.net" in refused({"DATABRICKS_HOST": "https://adb-1.azuredatabricks.net"})


def test_a_mark_for_another_host_does_not_count(stranger: str) -> None:
    refused({"DATABRICKS_HOST": "https://adb-1.azuredatabricks.net", "BRICKYARD_SERVER": stranger})


def test_another_http_server(stranger: str) -> None:
    refused({"DATABRICKS_HOST": stranger})


def test_a_dead_host() -> None:
    refused({"DATABRICKS_HOST": "http://127.0.0.1:9"})


def test_a_marked_host_is_not_asked() -> None:
    url = "http://127.0.0.1:9"
    assert run("import dbruntime", DATABRICKS_HOST=url, BRICKYARD_SERVER=url + "/").returncode == 0


def test_a_server_without_the_mark(notebook_server: RunningServer, token: str) -> None:
    done = run(
        "from databricks.sdk.runtime import dbutils, display\nprint(type(dbutils).__module__, dbutils.fs.ls('/'))",
        DATABRICKS_HOST=notebook_server.url,
        DATABRICKS_TOKEN=token,
    )
    assert done.stdout.startswith("brickyard.notebook.dbutils ["), done.stderr


def test_the_sdk_goes_on_without_us(stranger: str) -> None:
    done = run(
        "from databricks.sdk import WorkspaceClient\n"
        f"w = WorkspaceClient(host='{stranger}', token='t')\nprint(type(w.dbutils).__name__)",
    )
    assert done.stdout.strip() == "RemoteDbUtils", done.stderr
