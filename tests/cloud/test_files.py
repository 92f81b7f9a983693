"""dbutils.fs over object stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from brickyard.errors import AlreadyExists, InvalidParameterValue, PermissionDenied, TemporarilyUnavailable
from brickyard.notebook.client import BLOCK
from brickyard.notebook.dbutils.cloud import PART, CloudStorages
from brickyard.notebook.dbutils.files import FileSystemTools
from brickyard.wire.cloud import parse_cloud_uri
from tests.cloud.buckets import REFUSED
from tests.cloud.emulators import ACCOUNT, ACCOUNT_KEY, Emulator
from tests.conftest import free_port


@pytest.fixture
def root(bucket: Emulator, request: pytest.FixtureRequest) -> str:
    return f"{bucket.root}/{request.node.originalname}"


def test_put_head_and_list(fs: FileSystemTools, root: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert fs.put(f"{root}/a/ü b#?.txt", "héllo\n", True)
    assert capsys.readouterr().out == "Wrote 7 bytes.\n"
    fs.put(f"{root}/a/sub/x", "")
    assert fs.head(f"{root}/a/ü b#?.txt", 6) == "héllo"
    assert fs.head(f"{root}/a/sub/x") == ""
    listed = fs.ls(f"{root}/a")
    assert [(f.path, f.name, f.size, f.isDir()) for f in listed] == [
        (f"{root}/a/sub/", "sub/", 0, True),
        (f"{root}/a/ü b#?.txt", "ü b#?.txt", 7, False),
    ]
    assert listed[1].modificationTime > 1.7e12
    assert f"{root}/" in [f.path for f in fs.ls(root.rpartition("/")[0])]


def test_put_overwrites_only_when_told(fs: FileSystemTools, root: str) -> None:
    fs.put(f"{root}/x", "one")
    with pytest.raises(AlreadyExists, match="overwrite=True"):
        fs.put(f"{root}/x", "two")
    fs.put(f"{root}/x", "three", overwrite=True)
    assert fs.head(f"{root}/x") == "three"


def test_missing(fs: FileSystemTools, root: str) -> None:
    for call in (lambda: fs.ls(f"{root}/none"), lambda: fs.head(f"{root}/none"), lambda: fs.mv(f"{root}/none", root)):
        with pytest.raises(FileNotFoundError, match=r"java\.io\.FileNotFoundException.*/none"):
            call()
    assert fs.rm(f"{root}/none") is False


def test_folders_between_this_machine_dbfs_and_the_bucket(fs: FileSystemTools, root: str, tmp_path: Path) -> None:
    data = bytes(range(256)) * (2 * PART // 256) + b"rest"
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "big").write_bytes(data)
    (tmp_path / "in" / "small").write_text("s")
    with pytest.raises(InvalidParameterValue, match="recurse=True"):
        fs.cp(f"file:{tmp_path}/in", f"{root}/in")
    fs.cp(f"file:{tmp_path}/in", f"{root}/in", recurse=True)
    assert [(f.name, f.size) for f in fs.ls(f"{root}/in")] == [("deep/", 0), ("small", 1)]
    assert [f.size for f in fs.ls(f"{root}/in/deep")] == [len(data)]
    name = root.replace("/", "-").replace(":", "").replace("@", "-")
    fs.cp(f"{root}/in", f"dbfs:/{name}", recurse=True)
    fs.cp(f"dbfs:/{name}/deep/big", f"file:{tmp_path}/back")
    assert (tmp_path / "back").read_bytes() == data
    fs.mv(f"{root}/in", f"{root}/out", recurse=True)
    assert [f.name for f in fs.ls(f"{root}/out")] == ["deep/", "small"]
    assert fs.rm(f"{root}/in", True) is False


def test_remove(fs: FileSystemTools, root: str) -> None:
    fs.put(f"{root}/a/1", "one")
    fs.put(f"{root}/ab", "kept")
    with pytest.raises(InvalidParameterValue, match="not empty"):
        fs.rm(f"{root}/a")
    assert fs.rm(f"{root}/a", True)
    assert [f.name for f in fs.ls(root)] == ["ab"]


def test_an_empty_folder_is_known_to_its_maker(fs: FileSystemTools, root: str) -> None:
    fs.mkdirs(f"{root}/made/deep")
    assert fs.ls(f"{root}/made/deep") == []
    assert [f.name for f in fs.ls(f"{root}/made")] == ["deep/"]
    fs.put(f"{root}/f", "x")
    fs.cp(f"{root}/f", f"{root}/made")
    assert [f.name for f in fs.ls(f"{root}/made")] == ["deep/", "f"]
    fs.rm(f"{root}/made", True)
    with pytest.raises(FileNotFoundError):
        fs.ls(f"{root}/made")


@pytest.mark.parametrize("size", [BLOCK, 3 * PART])
def test_a_write_that_breaks_leaves_what_was_there(bucket: Emulator, root: str, size: int) -> None:
    uri = parse_cloud_uri(f"{root}/{size}")
    storage = CloudStorages(lambda _: {}).of(uri)
    storage.write(f"/{uri.path}", [b"old"], overwrite=True)

    def broken() -> Iterator[bytes]:
        yield from [b"x" * BLOCK] * (size // BLOCK)
        raise ConnectionError("the source is gone")

    with pytest.raises(ConnectionError, match="the source is gone"):
        storage.write(f"/{uri.path}", broken(), overwrite=True)
    assert b"".join(storage.read(f"/{uri.path}")) == b"old"


def test_blocks_are_small(bucket: Emulator, root: str) -> None:
    uri = parse_cloud_uri(f"{root}/blocks")
    storage = CloudStorages(lambda _: {}).of(uri)
    storage.write(f"/{uri.path}", [b"x" * BLOCK] * 20, overwrite=False)
    sizes = [len(block) for block in storage.read(f"/{uri.path}")]
    assert sum(sizes) == 20 * BLOCK
    assert max(sizes) <= BLOCK
    assert b"".join(storage.read(f"/{uri.path}", limit=BLOCK + 7)) == b"x" * (BLOCK + 7)
    with pytest.raises(AlreadyExists):
        storage.write(f"/{uri.path}", [b"y" * BLOCK] * 20, overwrite=False)


def test_older_spellings_are_the_same_place(
    fs: FileSystemTools, s3: Emulator, azure: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**s3.environment, **azure.environment}.items():
        monkeypatch.setenv(name, value)
    fs.put(f"{s3.root}/spelling/x", "s", True)
    fs.put(f"{azure.root}/spelling/x", "a", True)
    assert fs.head("s3a://bricks/spelling/x") == "s"
    assert fs.head(f"abfs://lake@{ACCOUNT}.dfs.core.windows.net/spelling/x") == "a"
    assert fs.head(f"wasbs://lake@{ACCOUNT}.blob.core.windows.net/spelling/x") == "a"


def test_credentials_of_the_session(
    s3: Emulator, azure: Emulator, monkeypatch: pytest.MonkeyPatch, fs: FileSystemTools
) -> None:
    confs = {
        "fs.s3a.access.key": "AKIACONF",
        "fs.s3a.secret.key": "secret",
        "fs.s3a.endpoint": s3.url,
        "fs.s3a.endpoint.region": "us-east-1",
        f"fs.azure.account.key.{ACCOUNT}.dfs.core.windows.net": ACCOUNT_KEY,
    }
    storages = CloudStorages(lambda _: confs)
    storages.of(parse_cloud_uri(s3.root)).write("/confs/x", [b"x"], overwrite=True)
    confs["fs.s3a.bucket.bricks.access.key"] = REFUSED
    with pytest.raises(PermissionDenied, match=r"s3://bricks/confs/x may not be used.*spark\.conf\.set"):
        storages.of(parse_cloud_uri(s3.root)).status("/confs/x")
    for name, value in azure.environment.items():
        monkeypatch.setenv(name, value)
    storages.of(parse_cloud_uri(azure.root)).write("/confs/x", [b"x"], overwrite=True)
    confs[f"fs.azure.account.key.{ACCOUNT}.dfs.core.windows.net"] = "AAAA"
    with pytest.raises(PermissionDenied, match="abfss://lake@"):
        storages.of(parse_cloud_uri(azure.root)).status("/confs/x")


def test_no_bucket_and_no_answer(fs: FileSystemTools, s3: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FileNotFoundError, match="s3://missing-bucket"):
        fs.ls("s3://missing-bucket/")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    storage = CloudStorages(lambda _: {}).of(parse_cloud_uri("s3://other/x"))
    with pytest.raises(TemporarilyUnavailable, match="s3://other/x does not answer"):
        storage.status("/x")
