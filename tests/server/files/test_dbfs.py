"""DBFS by the stock SDK."""

import base64
import io
import uuid
from collections.abc import Iterator

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound, ResourceAlreadyExists


@pytest.fixture
def folder(client: WorkspaceClient) -> Iterator[str]:
    path = f"/dbfs ü 'tests'/{uuid.uuid4().hex}"
    client.dbfs.mkdirs(path)
    yield path
    client.dbfs.delete(path, recursive=True)


def test_a_file_of_several_blocks_goes_up_and_down(client: WorkspaceClient, folder: str) -> None:
    data = bytes(range(256)) * 4096 * 3 + b"end"
    client.dbfs.upload(f"{folder}/x", io.BytesIO(data))
    with client.dbfs.download(f"{folder}/x") as file:
        assert file.read() == data
    with pytest.raises(ResourceAlreadyExists):
        client.dbfs.upload(f"{folder}/x", io.BytesIO(b""))
    assert client.dbfs.get_status(f"{folder}/x").file_size == len(data)


def test_folders_are_copied_moved_and_deleted(client: WorkspaceClient, folder: str) -> None:
    client.dbfs.put(f"{folder}/a/one", contents=base64.b64encode(b"1").decode())
    client.dbfs.copy(f"{folder}/a", f"{folder}/b", recursive=True)
    client.dbfs.move_(f"{folder}/b/one", f"{folder}/two")
    found = sorted((item.path or "").removeprefix(folder) for item in client.dbfs.list(folder, recursive=True))
    assert found == ["/a/one", "/two"]
    assert client.dbfs.exists(f"{folder}/two")
    with pytest.raises((BadRequest, InvalidParameterValue)):
        client.api_client.do("POST", "/api/2.0/dbfs/delete", body={"path": f"{folder}/a"})
    client.dbfs.delete(f"{folder}/a", recursive=True)
    with pytest.raises(NotFound):
        client.dbfs.get_status(f"{folder}/a")


def test_the_sdks_dbutils(client: WorkspaceClient, folder: str) -> None:
    fs = client.dbutils.fs
    assert fs.put(f"{folder}/t", "text", True)
    assert fs.head(f"{folder}/t") == "text"
    assert [info.name for info in fs.ls(folder)] == ["t"]
    assert fs.mv(f"{folder}/t", f"{folder}/u")
    assert fs.rm(f"{folder}/u")
    assert fs.ls(folder) == []
    client.dbutils.widgets.text("name", "default")
    assert client.dbutils.widgets.get("name") == "default"
    with pytest.raises(TypeError, match="debugValue"):
        client.dbutils.jobs.taskValues.get("task", "key")
