"""The Files API by the stock SDK, and what it refuses."""

import io
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config
from databricks.sdk.core import DatabricksError
from databricks.sdk.errors import AlreadyExists, BadRequest, NotFound
from databricks.sdk.service.catalog import VolumeType

from tests.conftest import LiveServer

FILES, FOLDERS = "/api/2.0/fs/files", "/api/2.0/fs/directories"


@pytest.fixture
def volume(client: WorkspaceClient) -> Iterator[str]:
    name = f"v{uuid.uuid4().hex[:8]}"
    client.volumes.create("main", "default", name, VolumeType.MANAGED)
    yield f"/Volumes/main/default/{name}"
    client.volumes.delete(f"main.default.{name}")


def test_a_file_goes_up_and_down(client: WorkspaceClient, volume: str, server: LiveServer) -> None:
    path = f"{volume}/a/ü 'b' %41.txt"
    client.files.upload(path, io.BytesIO(b"hello"), overwrite=True)
    answer = client.files.download(path)
    assert answer.contents is not None
    with answer.contents as contents:
        assert contents.read() == b"hello"
    meta = client.files.get_metadata(path)
    assert (meta.content_length, bool(meta.last_modified)) == (5, True)
    assert (server.home / "files" / path.strip("/")).read_bytes() == b"hello"
    with pytest.raises(AlreadyExists):
        client.files.upload(path, io.BytesIO(b"other"), overwrite=False)
    client.files.delete(path)
    with pytest.raises(NotFound):
        client.files.get_metadata(path)


def test_directories(client: WorkspaceClient, volume: str) -> None:
    client.files.create_directory(f"{volume}/x/y")
    client.files.create_directory(f"{volume}/x/y")
    client.files.upload(f"{volume}/x/one", io.BytesIO(b"1"))
    client.files.get_directory_metadata(f"{volume}/x")
    found = list(client.files.list_directory_contents(f"{volume}/x"))
    assert [(item.name, item.is_directory, item.file_size) for item in found] == [("one", False, 1), ("y", True, None)]
    assert found[0].path == f"{volume}/x/one"
    with pytest.raises(BadRequest, match="not empty"):
        client.files.delete_directory(f"{volume}/x")
    client.files.delete_directory(f"{volume}/x/y")
    with pytest.raises(NotFound):
        client.files.get_directory_metadata(f"{volume}/x/y")
    with pytest.raises(DatabricksError):
        client.files.create_directory(f"{volume}/x/one/z")
    with pytest.raises(BadRequest):
        client.files.delete_directory(volume)


def test_a_listing_has_pages(client: WorkspaceClient, volume: str) -> None:
    names = [f"n{number:02}" for number in range(7)]
    for name in names:
        client.files.upload(f"{volume}/{name}", io.BytesIO(b""))
    assert [item.name for item in client.files.list_directory_contents(volume, page_size=3)] == names


@pytest.mark.parametrize("how", ["single", "stream", "file"])
def test_a_large_file_goes_up_in_parts(
    server: LiveServer, volume: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    config = Config(host=server.url, token=server.token)
    config.files_ext_multipart_upload_min_stream_size = 1024 * 1024
    config.files_ext_multipart_upload_default_part_size = 1024 * 1024
    client = WorkspaceClient(config=config)
    data = bytes(range(256)) * 4096 * 5 + b"end"
    source = tmp_path / "source"
    source.write_bytes(data)
    path = f"{volume}/large {how}"
    if how == "file":
        client.files.upload_from(path, str(source), overwrite=True)
    else:
        client.files.upload(path, io.BytesIO(data), overwrite=True, use_parallel=how == "stream")
    client.files.download_to(path, str(tmp_path / "target"))
    assert (tmp_path / "target").read_bytes() == data
    assert not list((server.home / "files" / ".uploads").glob("parts-*"))


def test_parts_are_checked(server: LiveServer, volume: str) -> None:
    url = f"{FILES}{volume}/parts"
    begun = server.send("POST", url, params={"action": "initiate-upload"}).json()
    query = {"session_token": begun["multipart_upload"]["session_token"], "upload_type": "multipart"}
    first = server.send("PUT", url, params={**query, "part_number": 1}, data=b"one")
    assert first.status_code == 200
    complete = {**query, "action": "complete-upload"}
    for parts in ([], [{"part_number": 1, "etag": "no"}], [{"part_number": 2, "etag": ""}]):
        assert server.post(url, {"parts": parts}, params=complete).status_code == 400
    assert server.send("PUT", url, params={**query, "part_number": 0}, data=b"").status_code == 400
    assert server.send("PUT", f"{url}x", params={**query, "part_number": 1}, data=b"").status_code == 404
    aborted = server.send("DELETE", url, params={"action": "abort-upload", **query})
    assert aborted.status_code == 200
    ended = server.post(url, {"parts": [{"part_number": 1, "etag": first.headers["ETag"]}]}, params=complete)
    assert ended.status_code == 404
    assert server.get(url).status_code == 404


def test_ranges_and_conditions(server: LiveServer, volume: str) -> None:
    url = f"{FILES}{volume}/range"
    assert server.send("PUT", url, data=b"0123456789").status_code == 204
    part = server.get(url, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    whole = server.get(url)
    assert whole.headers["ETag"] and whole.headers["Last-Modified"]
    same = {"If-Unmodified-Since": whole.headers["Last-Modified"]}
    assert server.get(url, headers=same).status_code == 200
    time.sleep(1.1)
    server.send("PUT", url, data=b"new", params={"overwrite": "true"})
    assert server.get(url, headers=same).status_code == 412
    assert server.get(url, headers={"If-Unmodified-Since": "nonsense"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/Volumes/main/default/none_such/x", 404),
        ("/Volumes/none_such/default/v/x", 404),
        ("/Volumes/main/default", 400),
        ("/Volumes/a.b/c/d/e", 400),
        ("/tmp/x", 400),
        ("/Volumes/main/default/v/%2e%2e/%2e%2e/%2e%2e/x", 400),
        ("/Volumes/main/default/v/%00", 400),
        ("/Volumes/main/%22%27/v/x", 404),
        ("/Volumes/main/default/v/" + "x" * 300, 400),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_bad_paths_are_refused(server: LiveServer, method: str, path: str, status: int) -> None:
    assert server.send(method, FILES + path, data=b"x").status_code == status
    assert server.send(method, FOLDERS + path).status_code == status


def test_traversal_inside_a_volume_is_refused(server: LiveServer, volume: str) -> None:
    for path in ("%2e%2e/%2e%2e/x", "a%2f..%2f..%2fx", "..%5cx"):
        assert server.send("PUT", f"{FILES}{volume}/{path}", data=b"x").status_code == 400
        assert server.send("PUT", f"{FOLDERS}{volume}/{path}").status_code == 400


def test_odd_queries_are_refused(server: LiveServer, volume: str) -> None:
    assert server.send("POST", f"{FILES}{volume}/x", params={"action": "dance"}).status_code == 400
    assert server.send("PUT", f"{FILES}{volume}/x", params={"overwrite": "maybe"}, data=b"").status_code == 400
    assert server.send("PUT", f"{FILES}{volume}/x", params={"session_token": "no"}, data=b"").status_code == 404
    for query in ({"page_token": "ü"}, {"page_token": "a"}, {"page_size": "-1"}, {"page_size": "x"}):
        assert server.get(f"{FOLDERS}{volume}", params=query).status_code == 400
    for name in ("create-upload-part-urls", "create-abort-upload-url"):
        bodies: tuple[Any, ...] = (None, [], {"path": 1}, {"path": volume + "/x", "session_token": "no"})
        for body in bodies:
            assert server.post(f"/api/2.0/fs/{name}", body).status_code in {400, 404}
    assert server.post("/api/2.0/fs/create-download-url", params={"path": "/x"}).status_code == 400


def test_every_row_needs_a_token(server: LiveServer, volume: str) -> None:
    for method in ("GET", "PUT", "POST", "DELETE"):
        assert server.send(method, f"{FILES}{volume}/x", token=False).status_code == 401
    assert server.get(f"{FOLDERS}{volume}", token=False).status_code == 401


def test_volumes_by_the_sdks_dbutils(client: WorkspaceClient, volume: str) -> None:
    fs = client.dbutils.fs
    assert fs.put(f"{volume}/t.txt", "text", True)
    assert fs.head(f"{volume}/t.txt") == "text"
    assert [info.name for info in fs.ls(volume)] == ["t.txt"]
    fs.mkdirs(f"{volume}/d")
    assert fs.cp(f"{volume}/t.txt", f"{volume}/d/u.txt")
    assert fs.mv(f"{volume}/d/u.txt", f"{volume}/w.txt")
    assert fs.rm(f"{volume}/d", True)
    assert sorted(info.name for info in fs.ls(volume)) == ["t.txt", "w.txt"]
    fs.cp(f"{volume}/t.txt", f"dbfs:/{uuid.uuid4().hex}.txt")
