"""The workspace API by the stock SDK, and what it refuses."""

import base64
import io
import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import DatabricksError
from databricks.sdk.errors import BadRequest, NotFound, ResourceAlreadyExists
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language, ObjectType

from tests.conftest import LiveServer

BASE = "/api/2.0/workspace"
JUPYTER: dict[str, Any] = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# T\n", "text"]},
        {"cell_type": "code", "metadata": {}, "source": "x = 1", "outputs": [], "execution_count": 3},
    ],
    "metadata": {"language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture
def folder(client: WorkspaceClient) -> Iterator[str]:
    path = f"/Users/o'brien ü/{uuid.uuid4().hex}"
    client.workspace.mkdirs(path)
    yield path
    client.workspace.delete(path, recursive=True)


def _import(client: WorkspaceClient, path: str, text: str | bytes, format_: ImportFormat, **more: Any) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    client.workspace.import_(path, content=base64.b64encode(data).decode(), format=format_, **more)


def _export(client: WorkspaceClient, path: str, format_: ExportFormat) -> bytes:
    return base64.b64decode(client.workspace.export(path, format=format_).content or "")


def test_a_source_notebook(client: WorkspaceClient, folder: str, server: LiveServer) -> None:
    path = f'{folder}/count "all" ü'
    before = int(time.time() * 1000)
    _import(client, path, "x = 1", ImportFormat.SOURCE, language=Language.PYTHON)
    found = client.workspace.get_status(path)
    assert (found.object_type, found.language, found.path) == (ObjectType.NOTEBOOK, Language.PYTHON, path)
    assert found.object_id and found.created_at and before <= found.created_at <= (found.modified_at or 0)
    assert _export(client, path, ExportFormat.SOURCE) == b"# Databricks notebook source\nx = 1"
    [cell] = json.loads(_export(client, path, ExportFormat.JUPYTER))["cells"]
    assert "".join(cell["source"]) == "x = 1"
    assert (server.home / "workspace" / f"{path[1:]}.py").exists()
    with pytest.raises(ResourceAlreadyExists, match="already exists"):
        _import(client, path, "x = 2", ImportFormat.SOURCE, language=Language.PYTHON)
    time.sleep(0.01)
    _import(client, path, "select 2", ImportFormat.SOURCE, language=Language.SQL, overwrite=True)
    after = client.workspace.get_status(path)
    assert (after.language, after.object_id, after.created_at) == (Language.SQL, found.object_id, found.created_at)
    assert (after.modified_at or 0) > (found.modified_at or 0)
    assert [item.path for item in client.workspace.list(folder)] == [path]


def test_a_jupyter_notebook_keeps_its_outputs(client: WorkspaceClient, folder: str) -> None:
    data = json.dumps(JUPYTER).encode()
    _import(client, f"{folder}/nb", data, ImportFormat.JUPYTER)
    assert _export(client, f"{folder}/nb", ExportFormat.JUPYTER) == data
    source = _export(client, f"{folder}/nb", ExportFormat.SOURCE).decode()
    assert source == (
        "# Databricks notebook source\n# MAGIC %md\n# MAGIC # T\n# MAGIC text\n\n# COMMAND ----------\n\nx = 1\n"
    )
    _import(client, f"{folder}/nb", source, ImportFormat.SOURCE, language=Language.PYTHON, overwrite=True)
    cells = json.loads(_export(client, f"{folder}/nb", ExportFormat.JUPYTER))["cells"]
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in cells] == [
        ("markdown", "# T\ntext"),
        ("code", "x = 1"),
    ]
    scala = JUPYTER | {"metadata": {"language_info": {"name": "scala"}}}
    _import(client, f"{folder}/sc", json.dumps(scala), ImportFormat.JUPYTER)
    assert client.workspace.get_status(f"{folder}/sc").language is Language.SCALA
    assert _export(client, f"{folder}/sc", ExportFormat.SOURCE).startswith(b"// Databricks notebook source\n")


def test_auto_goes_by_name_and_first_line(client: WorkspaceClient, folder: str) -> None:
    for name, text in (
        ("a.py", "# Databricks notebook source\n1"),
        ("b.py", "print(1)"),
        ("c.ipynb", json.dumps(JUPYTER)),
        ("d.sql", "-- Databricks notebook source\nselect 1"),
        ("e.txt", "# Databricks notebook source"),
    ):
        client.workspace.upload(f"{folder}/{name}", io.BytesIO(text.encode()), format=ImportFormat.AUTO)
    found = {
        (item.path or "").removeprefix(f"{folder}/"): (item.object_type, item.language)
        for item in client.workspace.list(folder)
    }
    assert found == {
        "a": (ObjectType.NOTEBOOK, Language.PYTHON),
        "b.py": (ObjectType.FILE, None),
        "c": (ObjectType.NOTEBOOK, Language.PYTHON),
        "d": (ObjectType.NOTEBOOK, Language.SQL),
        "e.txt": (ObjectType.FILE, None),
    }
    assert client.workspace.get_status(f"{folder}/a.py").path == f"{folder}/a"
    with client.workspace.download(f"{folder}/b.py") as contents:
        assert contents.read() == b"print(1)"
    assert client.workspace.get_status(f"{folder}/b.py").size == 8


def test_upload_and_download_of_the_sdk(client: WorkspaceClient, folder: str) -> None:
    path = f"{folder}/nb.py"
    client.workspace.upload(path, io.BytesIO(b"print(1)"))
    with client.workspace.download(path) as contents:
        assert contents.read() == b"# Databricks notebook source\nprint(1)"
    with pytest.raises(ResourceAlreadyExists):
        client.workspace.upload(path, io.BytesIO(b"print(2)"))
    client.workspace.upload(path, io.BytesIO(b"print(2)"), overwrite=True)
    [item] = client.workspace.list(folder)
    assert item.path == path
    large = bytes(range(256)) * 4096 * 12
    client.workspace.upload(f"{folder}/large.bin", io.BytesIO(large), format=ImportFormat.RAW)
    with client.workspace.download(f"{folder}/large.bin", format=ExportFormat.RAW) as contents:
        assert contents.read() == large
    with pytest.raises(DatabricksError, match="direct_download"):
        client.workspace.export(f"{folder}/large.bin", format=ExportFormat.AUTO)


def test_folders(client: WorkspaceClient, folder: str) -> None:
    client.workspace.mkdirs(f"{folder}/a/b")
    client.workspace.mkdirs(f"{folder}/a/b")
    for name in ("a/one", "a/b/two"):
        _import(client, f"{folder}/{name}", "", ImportFormat.SOURCE, language=Language.PYTHON)
    found = sorted((item.path or "").removeprefix(folder) for item in client.workspace.list(folder, recursive=True))
    assert found == ["/a/b/two", "/a/one"]
    future = int(time.time() * 1000) + 60_000
    assert [i.path for i in client.workspace.list(f"{folder}/a", notebooks_modified_after=future)] == [f"{folder}/a/b"]
    with pytest.raises(BadRequest, match="not empty") as refused:
        client.workspace.delete(f"{folder}/a")
    assert refused.value.error_code == "DIRECTORY_NOT_EMPTY"
    client.workspace.delete(f"{folder}/a", recursive=True)
    with pytest.raises(NotFound, match="doesn't exist"):
        client.workspace.get_status(f"{folder}/a/b/two")
    assert list(client.workspace.list(folder)) == []
    assert {"/Shared", "/Users"} <= {item.path for item in client.workspace.list("/")}


def test_the_prefix_workspace_means_the_same(client: WorkspaceClient, folder: str) -> None:
    _import(client, f"/Workspace{folder}/n", "1", ImportFormat.SOURCE, language=Language.PYTHON)
    assert client.workspace.get_status(f"/Workspace{folder}/n").path == f"{folder}/n"


def test_one_path_is_one_object(client: WorkspaceClient, folder: str) -> None:
    _import(client, f"{folder}/a", "1", ImportFormat.SOURCE, language=Language.PYTHON)
    for path, format_ in ((f"{folder}/a", ImportFormat.RAW), (f"{folder}/a.py", ImportFormat.RAW)):
        with pytest.raises(ResourceAlreadyExists):
            _import(client, path, "plain", format_, overwrite=True)
    _import(client, f"{folder}/b.py", "plain", ImportFormat.RAW)
    with pytest.raises(ResourceAlreadyExists):
        _import(client, f"{folder}/b", "1", ImportFormat.SOURCE, language=Language.PYTHON, overwrite=True)
    client.workspace.mkdirs(f"{folder}/d")
    with pytest.raises(ResourceAlreadyExists):
        _import(client, f"{folder}/d", "1", ImportFormat.SOURCE, language=Language.PYTHON, overwrite=True)
    with pytest.raises(ResourceAlreadyExists):
        client.workspace.mkdirs(f"{folder}/a/x")
    with pytest.raises(NotFound, match="parent folder"):
        _import(client, f"{folder}/none/x", "1", ImportFormat.SOURCE, language=Language.PYTHON)
    assert _export(client, f"{folder}/b.py", ExportFormat.AUTO) == b"plain"


@pytest.mark.parametrize("format_", ["HTML", "DBC", "R_MARKDOWN"])
def test_other_formats_are_refused_clearly(server: LiveServer, folder: str, format_: str) -> None:
    refused = server.post(f"{BASE}/import", {"path": f"{folder}/x", "format": format_, "content": "YQ=="})
    assert (refused.status_code, refused.json()["error_code"]) == (501, "NOT_IMPLEMENTED")
    server.post(f"{BASE}/import", {"path": f"{folder}/n", "language": "PYTHON", "content": ""})
    refused = server.get(f"{BASE}/export", params={"path": f"{folder}/n", "format": format_})
    assert (refused.status_code, refused.json()["error_code"]) == (501, "NOT_IMPLEMENTED")


@pytest.mark.parametrize(
    "fields",
    [
        {"content": "no base64"},
        {"content": "ü"},
        {"content": base64.b64encode(b"\xff").decode(), "language": "PYTHON"},
        {"format": "JUPYTER", "content": base64.b64encode(b"{}").decode()},
        {"format": "NONE"},
        {"language": "COBOL"},
        {"content": ""},
        {"overwrite": "maybe", "language": "PYTHON"},
        {"content": 1},
    ],
)
def test_bad_imports_are_refused(server: LiveServer, folder: str, fields: dict[str, Any]) -> None:
    answer = server.post(f"{BASE}/import", {"path": f"{folder}/x", **fields})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert server.get(f"{BASE}/list", params={"path": folder}).json() == {"objects": []}


PATHS = ["", "/", "x", "/../x", "/a/../../x", "/%2e%2e/x", "/a/%2e%2e%2fx", "/a\\..\\x", "/a\x00", "/.uploads/x"]


@pytest.mark.parametrize("path", [*PATHS, "/" + "x" * 300, "/Users/" + "x" * 254])
def test_bad_paths_are_refused(server: LiveServer, path: str) -> None:
    body = {"path": path, "language": "PYTHON", "content": "", "recursive": True, "overwrite": True}
    for name in ("import", "delete"):
        answer = server.post(f"{BASE}/{name}", body)
        assert answer.status_code in {400, 404}, answer.text
    for name in ("get-status", "export"):
        answer = server.get(f"{BASE}/{name}", params={"path": path})
        assert answer.status_code in ({200, 400} if path == "/" else {400, 404}), answer.text


def test_names_of_255_bytes_are_found_without_a_suffix(server: LiveServer) -> None:
    assert server.get(f"{BASE}/get-status", params={"path": "/Users/" + "x" * 255}).status_code == 404


def test_bad_forms_are_refused(server: LiveServer, folder: str) -> None:
    path = {"path": f"{folder}/x", "language": "PYTHON"}
    assert server.send("POST", f"{BASE}/import", data=path, files={"other": b"x"}).status_code == 400
    assert server.send("POST", f"{BASE}/import", files={"content": b"x"}).status_code == 400
    for kind in ("multipart/form-data", "multipart/form-data; boundary=a"):
        answer = server.send("POST", f"{BASE}/import", data=b"--b\r\nrubbish", headers={"Content-Type": kind})
        assert answer.status_code == 400
    several = [("content", b"a"), ("content", b"b")]
    assert server.send("POST", f"{BASE}/import", data=path, files=several).status_code == 400
    twice = server.send("POST", f"{BASE}/import", data={**path, "overwrite": "perhaps"}, files={"content": b"x"})
    assert twice.status_code == 400


def test_roots_stay(client: WorkspaceClient) -> None:
    for path in ("/", "/Shared", "/Users", "/Workspace/Shared"):
        with pytest.raises(BadRequest, match="cannot be deleted"):
            client.workspace.delete(path, recursive=True)


def test_a_large_notebook_is_refused(client: WorkspaceClient, folder: str) -> None:
    with pytest.raises(DatabricksError) as refused:
        client.workspace.upload(f"{folder}/x.py", io.BytesIO(b"#" * (10 * 1024 * 1024 + 1)))
    assert refused.value.error_code == "MAX_NOTEBOOK_SIZE_EXCEEDED"
    with pytest.raises(NotFound):
        client.workspace.get_status(f"{folder}/x.py")


def test_every_row_needs_a_token(server: LiveServer) -> None:
    for name in ("list", "get-status", "export"):
        assert server.get(f"{BASE}/{name}", params={"path": "/Shared"}, token=False).status_code == 401
    for name in ("import", "mkdirs", "delete"):
        assert server.post(f"{BASE}/{name}", {"path": "/Shared/x"}, token=False).status_code == 401
