"""dbutils.fs.mount, and what sees a mount."""

import pytest

from brickyard.errors import AlreadyExists, InvalidParameterValue, NotImplementedHere
from brickyard.notebook.client import ServerClient
from brickyard.notebook.dbutils.files import FileSystemTools
from brickyard.notebook.server_of_home import RunningServer
from brickyard.settings import Home
from tests.cloud.conftest import RunFile
from tests.cloud.emulators import ACCOUNT, ACCOUNT_KEY, Emulator


def test_a_mount_is_a_folder(
    fs: FileSystemTools, bucket: Emulator, cloud_server: RunningServer, cloud_token: str, home: Home
) -> None:
    source = f"{bucket.root}/mounted"
    kind = bucket.root.partition(":")[0]
    point = f"/mnt/{kind}/data"
    assert fs.mount(source, point)
    assert (point, source, "") in fs.mounts()
    assert fs.refreshMounts()
    assert home.mounts_file.stat().st_mode & 0o777 == 0o600
    assert fs.ls(point) == []
    fs.put(f"{point}/a/x.txt", "hello")
    assert fs.head(f"dbfs:{point}/a/x.txt") == fs.head(f"{source}/a/x.txt") == "hello"
    assert [(f.path, f.name) for f in fs.ls(point)] == [(f"dbfs:{point}/a/", "a/")]
    assert f"dbfs:/mnt/{kind}/" in [f.path for f in fs.ls("/mnt")]
    assert [f.name for f in fs.ls(f"/mnt/{kind}")] == ["data/"]
    fs.put(f"dbfs:/here-{kind}/y", "y")
    fs.mv(f"dbfs:/here-{kind}/y", f"{point}/a")
    assert [f.name for f in fs.ls(f"{source}/a")] == ["x.txt", "y"]
    for taken in (point, f"{point}/deeper", f"/here-{kind}"):
        with pytest.raises(AlreadyExists):
            fs.mount(source, taken)
    with pytest.raises(InvalidParameterValue, match="mount point"):
        fs.rm(f"/mnt/{kind}", True)
    client = ServerClient(cloud_server.url, cloud_token)
    with pytest.raises(NotImplementedHere, match=f"{source}.*dbutils.fs"):
        client.get("/api/2.0/dbfs/read", path=f"{point}/a/x.txt")
    fs.updateMount(f"{source}/a", point)
    assert [f.name for f in fs.ls(point)] == ["x.txt", "y"]
    assert fs.unmount(point)
    with pytest.raises(InvalidParameterValue, match="not mounted"):
        fs.unmount(point)
    with pytest.raises(InvalidParameterValue, match="not mounted"):
        fs.updateMount(source, point)
    with pytest.raises(FileNotFoundError):
        fs.ls(point)
    assert fs.head(f"{source}/a/y") == "y"


def test_bad_mounts(fs: FileSystemTools) -> None:
    cases = [("ftp://x/y", "/mnt/a"), ("s3://bkt", "/"), ("s3://bkt", "/Volumes/x"), ("s3://bkt", "/../a")]
    for source, point in cases:
        with pytest.raises(InvalidParameterValue):
            fs.mount(source, point)
    with pytest.raises(NotImplementedHere, match="encryption_type"):
        fs.mount("s3://b-1/x", "/mnt/a", "sse-s3")


SCRIPT = """
source = "wasbs://lake@{account}.blob.core.windows.net/by-mount"
confs = {{"fs.azure.account.key.{account}.blob.core.windows.net": {key!r}}}
dbutils.fs.mount(source=source, mount_point="/mnt/spark", extra_configs=confs)
spark.range(4).write.format("delta").save("/mnt/spark/delta")
spark.range(4).write.mode("overwrite").parquet("dbfs:/mnt/spark/parquet")
print(spark.read.format("delta").load("dbfs:/mnt/spark/delta").count())
print(spark.read.parquet("/dbfs/mnt/spark/parquet").count())
spark.sql("CREATE TABLE main.default.mounted LOCATION 'dbfs:/mnt/spark/delta'")
print(spark.table("main.default.mounted").count())
print(spark.sql("DESCRIBE DETAIL main.default.mounted").first().location)
print(sorted(file.name for file in dbutils.fs.ls("/mnt/spark")))
"""


def test_spark_reads_and_writes_mounts(
    run_file: RunFile, fs: FileSystemTools, azure: Emulator, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run_file(SCRIPT.format(account=ACCOUNT, key=ACCOUNT_KEY), **azure.environment).splitlines()
    assert said == ["4", "4", "4", f"{azure.root}/by-mount/delta", "['delta/', 'parquet/']"]
    assert not (home.files / "mnt" / "spark").exists()
    for name, value in azure.environment.items():
        monkeypatch.setenv(name, value)
    assert "delta/" in [f.name for f in fs.ls("/mnt/spark")]  # another process sees it
    fs.unmount("/mnt/spark")
