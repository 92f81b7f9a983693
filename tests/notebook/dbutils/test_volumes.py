"""/Volumes over the Files API, against a small HTTP server that keeps files in a dict."""

import http.server
import json
import threading
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest

from brickyard.errors import AlreadyExists, InvalidParameterValue
from brickyard.notebook.client import BLOCK, ServerClient
from brickyard.notebook.dbutils.files import FileSystemTools

FILES, FOLDERS = "/api/2.0/fs/files", "/api/2.0/fs/directories"


class FilesApi(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: dict[str, bytes]
    folders: set[str]

    def answer(self, status: int, body: bytes = b"", length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Last-Modified", "Wed, 01 Jan 2025 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_any(self) -> None:
        place = unquote(urlsplit(self.path).path)
        is_folder = place.startswith(FOLDERS)
        path = place.removeprefix(FOLDERS).removeprefix(FILES)
        if self.command == "PUT":
            body = self.body()
            if is_folder:
                self.folders.add(path)
            else:
                self.files[path] = body
            self.answer(204)
        elif path not in (self.folders if is_folder else self.files):
            self.answer(404, json.dumps({"error_code": "NOT_FOUND", "message": path}).encode())
        elif self.command == "DELETE":
            self.folders.discard(path)
            self.files.pop(path, None)
            self.answer(204)
        elif is_folder:
            inside = [p for p in (*self.files, *self.folders) if p.rpartition("/")[0] == path]
            found = [
                {"path": p, "is_directory": p in self.folders, "file_size": len(self.files.get(p, b""))} for p in inside
            ]
            first = "page_token" not in self.path
            page = {"contents": found[:1], "next_page_token": "t"} if first and found else {"contents": found[1:]}
            self.answer(200, json.dumps(page).encode())
        else:
            self.answer(200, self.files[path])

    do_GET = do_HEAD = do_PUT = do_DELETE = handle_any

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = b""
        while size := int(self.rfile.readline(), 16):
            parts += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return parts

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def fs() -> Iterator[FileSystemTools]:
    handler = type("Handler", (FilesApi,), {"files": {}, "folders": {"/Volumes/c/s/v"}})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield FileSystemTools(ServerClient(f"http://127.0.0.1:{server.server_address[1]}", "t"))
    server.shutdown()
    thread.join()
    server.server_close()


def test_files_and_folders(fs: FileSystemTools) -> None:
    root = "/Volumes/c/s/v"
    text = "ä" * BLOCK  # two blocks
    fs.put(f"{root}/ü b.txt", text)
    fs.mkdirs(f"dbfs:{root}/sub")
    assert [(f.path, f.name, f.size) for f in fs.ls(root)] == [
        (f"dbfs:{root}/sub/", "sub/", 0),
        (f"dbfs:{root}/ü b.txt", "ü b.txt", 2 * BLOCK),
    ]
    [alone] = fs.ls(f"{root}/ü b.txt")
    assert (alone.size, alone.modificationTime) == (2 * BLOCK, 1735689600000)
    assert fs.head(f"{root}/ü b.txt", 4) == "ää"
    with pytest.raises(AlreadyExists):
        fs.put(f"{root}/ü b.txt", "again")
    fs.mv(f"{root}/ü b.txt", f"{root}/sub")
    assert [f.name for f in fs.ls(f"{root}/sub")] == ["ü b.txt"]
    with pytest.raises(InvalidParameterValue, match="not empty"):
        fs.rm(f"{root}/sub")
    assert fs.rm(f"{root}/sub", True)
    with pytest.raises(FileNotFoundError):
        fs.ls(f"{root}/sub")
