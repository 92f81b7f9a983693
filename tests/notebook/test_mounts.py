from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from brickyard.errors import AlreadyExists, InvalidParameterValue, InvalidState
from brickyard.notebook.engines.paths import uri_of
from brickyard.notebook.mounts import add_mount, confs_of, mounted_uri, mounts_of, remove_mount
from brickyard.settings import Home
from brickyard.wire.cloud import parse_cloud_uri
from brickyard.wire.mounts import new_mount


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_paths_go_through_mounts(home: Home) -> None:
    add_mount(home, new_mount("s3a://bucket/raw/", "dbfs:/mnt/raw/", {"fs.s3a.access.key": "K"}))
    assert [(mount.point, mount.source) for mount in mounts_of(home)] == [("/mnt/raw", "s3://bucket/raw")]
    for path, uri in (
        ("/mnt/raw/a b", "s3://bucket/raw/a b"),
        ("dbfs:/mnt/raw", "s3://bucket/raw"),
        ("/dbfs/mnt/raw/x/", "s3://bucket/raw/x"),
        ("dbfs:/mnt/rawer", f"file://{home.files}/mnt/rawer"),
        ("wasbs://lake@account.blob.core.windows.net/x", "abfss://lake@account.dfs.core.windows.net/x"),
    ):
        assert uri_of(path, home.files) == uri
    assert mounted_uri("/mnt", home) is None
    assert confs_of(parse_cloud_uri("s3://bucket/other"), home) == {"fs.s3a.access.key": "K"}
    assert confs_of(parse_cloud_uri("s3://another/raw"), home) == {}


def test_changes_at_once_lose_nothing(home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: add_mount(home, new_mount(f"gs://bucket/{n}", f"/mnt/m{n}", {})), range(40)))
    assert len(mounts_of(home)) == 40
    for point in ("/mnt/m1", "/mnt", "/mnt/m1/below"):
        with pytest.raises(AlreadyExists):
            add_mount(home, new_mount("gs://bucket/x", point, {}))
    remove_mount(home, "/mnt/m1")
    with pytest.raises(InvalidParameterValue, match="/mnt/m1"):
        remove_mount(home, "/mnt/m1")
    assert len(mounts_of(home)) == 39


def test_a_broken_list_is_named(home: Home) -> None:
    home.keys.mkdir()
    home.mounts_file.write_text("{")
    with pytest.raises(InvalidState, match=r"mounts\.json"):
        uri_of("/mnt/a", home.files)
    assert uri_of("s3://bucket/a", home.files) == "s3://bucket/a"
