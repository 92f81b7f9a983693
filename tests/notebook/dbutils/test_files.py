import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from brickyard.errors import AlreadyExists, InvalidParameterValue, MissingExtra, NotImplementedHere
from brickyard.notebook.client import BLOCK, ServerClient
from brickyard.notebook.dbutils.files import FileSystemTools


@pytest.fixture
def fs(client: ServerClient) -> FileSystemTools:
    return FileSystemTools(client)


@pytest.fixture(params=["dbfs", "file"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Both storages behind one contract: root('x') is the URI of a path that is this test's own."""
    name = str(request.node.name).replace("[", "-").replace("]", "")
    base = f"dbfs:/{name}" if request.param == "dbfs" else f"file:{tmp_path}"

    def uri(path: str) -> str:
        return base + path

    return uri


def test_put_head_and_list(fs: FileSystemTools, root: Callable[[str], str], capsys: pytest.CaptureFixture[str]) -> None:
    assert fs.put(root("/a/ü b.txt"), "héllo\n", True)
    assert capsys.readouterr().out == "Wrote 7 bytes.\n"
    fs.mkdirs(root("/a/sub"))
    assert fs.head(root("/a/ü b.txt"), 6) == "héllo"
    listed = fs.ls(root("/a"))
    assert [(f.path, f.name, f.size, f.isDir()) for f in listed] == [
        (root("/a/sub/"), "sub/", 0, True),
        (root("/a/ü b.txt"), "ü b.txt", 7, False),
    ]
    assert all(f.modificationTime > 1.7e12 for f in listed)
    assert [f.path for f in fs.ls(root("/a/ü b.txt"))] == [root("/a/ü b.txt")]


def test_put_overwrites_only_when_told(fs: FileSystemTools, root: Callable[[str], str]) -> None:
    fs.put(root("/x"), "one")
    with pytest.raises(AlreadyExists, match="overwrite=True"):
        fs.put(root("/x"), "two")
    fs.put(root("/x"), "three", overwrite=True)
    assert fs.head(root("/x")) == "three"


def test_missing_paths_are_worded_as_on_a_cluster(fs: FileSystemTools, root: Callable[[str], str]) -> None:
    for call in (
        lambda: fs.ls(root("/none")),
        lambda: fs.head(root("/none")),
        lambda: fs.cp(root("/none"), root("/b")),
        lambda: fs.mv(root("/none"), root("/b")),
    ):
        with pytest.raises(FileNotFoundError, match=r"java\.io\.FileNotFoundException.*/none"):
            call()
    assert fs.rm(root("/none")) is False


def test_copy_of_folders(fs: FileSystemTools, root: Callable[[str], str]) -> None:
    fs.put(root("/a/1"), "one")
    fs.put(root("/a/deep/2"), "two")
    with pytest.raises(InvalidParameterValue, match="recurse=True"):
        fs.cp(root("/a"), root("/b"))
    fs.cp(root("/a"), root("/b"), recurse=True)
    fs.cp(root("/a"), root("/b"), True)  # again: contents are merged, not nested
    assert [f.name for f in fs.ls(root("/b"))] == ["1", "deep/"]
    assert fs.head(root("/b/deep/2")) == "two"
    with pytest.raises(InvalidParameterValue, match="lies inside"):
        fs.cp(root("/a"), root("/a/deep/x"), recurse=True)


def test_a_file_goes_into_a_folder(fs: FileSystemTools, root: Callable[[str], str]) -> None:
    fs.put(root("/f.txt"), "x")
    fs.mkdirs(root("/folder"))
    fs.cp(root("/f.txt"), root("/folder"))
    assert [f.name for f in fs.ls(root("/folder"))] == ["f.txt"]


def test_move(fs: FileSystemTools, root: Callable[[str], str]) -> None:
    fs.put(root("/a/1"), "one")
    fs.put(root("/c"), "old")
    fs.mv(root("/a/1"), root("/b"))
    assert fs.ls(root("/a")) == []
    fs.mv(root("/b"), root("/c"))  # over what is there
    assert fs.head(root("/c")) == "one"
    with pytest.raises(InvalidParameterValue, match="recurse=True"):
        fs.mv(root("/a"), root("/z"))
    fs.put(root("/a/1"), "again")
    fs.mv(root("/a"), root("/z"), recurse=True)
    assert [f.name for f in fs.ls(root("/z"))] == ["1"]
    fs.mv(root("/c"), root("/c"))
    assert fs.head(root("/c")) == "one"


def test_remove(fs: FileSystemTools, root: Callable[[str], str]) -> None:
    fs.put(root("/a/1"), "one")
    with pytest.raises(InvalidParameterValue, match="not empty"):
        fs.rm(root("/a"))
    assert fs.rm(root("/a"), True)
    assert fs.rm(root("/a"), True) is False


def test_between_storages_in_blocks(fs: FileSystemTools, tmp_path: Path) -> None:
    data = bytes(range(256)) * (2 * BLOCK // 256) + b"rest"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "big").write_bytes(data)
    fs.cp(f"file:{tmp_path}/in", "dbfs:/blocks/out", recurse=True)
    assert [f.size for f in fs.ls("/blocks/out")] == [len(data)]
    fs.cp("/blocks/out/big", f"file:{tmp_path}/back")
    assert (tmp_path / "back").read_bytes() == data
    fs.mv("/blocks/out/big", f"file:{tmp_path}/moved")
    assert fs.ls("/blocks/out") == []


def test_paths_without_scheme_and_mnt_are_dbfs(fs: FileSystemTools) -> None:
    fs.put("/mnt/models/m", "x", True)
    assert fs.head("dbfs:/mnt/models/m") == "x"
    assert fs.ls("mnt/models")[0].path == "dbfs:/mnt/models/m"


def test_unknown_schemes_and_empty_paths(fs: FileSystemTools) -> None:
    with pytest.raises(InvalidParameterValue, match="ftp"):
        fs.ls("ftp://host/x")
    with pytest.raises(InvalidParameterValue, match="container"):
        fs.ls("abfss://container/x")
    with pytest.raises(InvalidParameterValue, match="empty"):
        fs.ls("")


def test_mounts_need_the_home(fs: FileSystemTools) -> None:
    assert [m.mountPoint for m in fs.mounts()] == ["/"]
    with pytest.raises(NotImplementedHere, match="another machine"):
        fs.mount("abfss://data@account.dfs.core.windows.net", "/mnt/data", extra_configs={})
    with pytest.raises(NotImplementedHere, match="another machine"):
        fs.unmount("/mnt/data")


def test_object_stores_need_their_extra(fs: FileSystemTools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(MissingExtra, match=r"brickyard\[cloud\]"):
        fs.ls("gs://bucket/x")
