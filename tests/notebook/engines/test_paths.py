"""Paths of DBFS are folders of the home's files, for Spark too."""

from pathlib import Path

import pytest
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook.engines.paths import uri_of
from brickyard.notebook.server_of_home import RunningServer

FILES = Path("/home/files")


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("dbfs:/a/b", "file:///home/files/a/b"),
        ("dbfs:///a", "file:///home/files/a"),
        ("/dbfs/a", "file:///home/files/a"),
        ("/mnt/a", "file:///home/files/mnt/a"),
        ("/Volumes/c/s/v/x", "file:///home/files/Volumes/c/s/v/x"),
        ("/tmp/a", "file:///tmp/a"),
        ("s3://bucket/a", "s3://bucket/a"),
        ("relative", "relative"),
    ],
)
def test_uri_of(path: str, uri: str) -> None:
    assert uri_of(path, FILES) == uri


def test_files_on_another_machine() -> None:
    assert uri_of("dbfs:/a", None) == "dbfs:/a"


def test_reading_and_writing_dbfs(spark: SparkSession, notebook_server: RunningServer, name: str) -> None:
    spark.range(3).write.format("delta").save(f"dbfs:/mnt/{name}")
    assert (notebook_server.home / "files" / "mnt" / name / "_delta_log").is_dir()
    assert spark.read.format("delta").load(f"/mnt/{name}").count() == 3
    assert spark.sql(f"DESCRIBE HISTORY delta.`dbfs:/mnt/{name}`").count() == 1
    (notebook_server.home / "files" / "a ü.csv").write_text("a,b\n1,2\n")
    assert spark.read.option("header", "true").csv("dbfs:/a ü.csv").columns == ["a", "b"]
    spark.sql(f"CREATE TABLE {name} LOCATION 'dbfs:/mnt/{name}'").collect()
    assert spark.table(name).count() == 3
