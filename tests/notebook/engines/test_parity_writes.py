"""Writes to tables by name: every engine does them alike, and other Delta readers see the same rows."""

from pathlib import Path

import pandas as pd
import pytest
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import functions as F
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook.server_of_home import RunningServer
from brickyard.notebook.session import NotebookSession
from tests.notebook.engines.conftest import Disk

FIRST = [(1, "a"), (2, "b'c"), (3, "ü")]


def _make(spark: SparkSession, name: str) -> None:
    spark.createDataFrame(pd.DataFrame(FIRST, columns=["id", "v"])).write.format("delta").saveAsTable(name)


def test_a_new_table_is_delta_registered_and_read_by_name(spark: SparkSession, name: str, disk: Disk) -> None:
    _make(spark, name)
    assert disk.rows(name) == FIRST
    assert [tuple(row) for row in spark.table(name).orderBy("id").collect()] == FIRST
    assert spark.sql(f"SELECT count(*) AS n FROM {name}").collect()[0]["n"] == 3


def test_the_default_mode_refuses_a_table_that_is_there(spark: SparkSession, name: str, disk: Disk) -> None:
    _make(spark, name)
    with pytest.raises(AnalysisException) as refused:
        spark.range(1).write.saveAsTable(name)
    assert refused.value.getCondition() == "TABLE_OR_VIEW_ALREADY_EXISTS"
    assert name.rpartition(".")[2] in str(refused.value)
    assert disk.rows(name) == FIRST


def test_ignore_leaves_a_table_that_is_there(spark: SparkSession, name: str, disk: Disk) -> None:
    _make(spark, name)
    spark.range(1).write.mode("ignore").saveAsTable(name)
    assert disk.rows(name) == FIRST


def test_append_goes_by_name_and_fills_missing_columns(spark: SparkSession, name: str, disk: Disk) -> None:
    _make(spark, name)
    spark.sql("SELECT 'd' AS V, 4 AS ID").write.mode("append").saveAsTable(name)
    spark.sql("SELECT 5L AS id").write.mode("append").saveAsTable(name)
    assert disk.rows(name) == [*FIRST, (4, "d"), (5, None)]


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("SELECT 1.5D AS other", "DELTA_METADATA_MISMATCH"),
        ("SELECT 1L AS id, 'x' AS v, 2 AS extra", "DELTA_METADATA_MISMATCH"),
        ("SELECT 'not a number' AS id", "DELTA_FAILED_TO_MERGE_FIELDS"),
        ("SELECT 7.5D AS id", "DELTA_FAILED_TO_MERGE_FIELDS"),
    ],
)
@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_data_that_do_not_fit_are_refused_and_nothing_is_written(
    spark: SparkSession, name: str, disk: Disk, query: str, condition: str, mode: str
) -> None:
    _make(spark, name)
    with pytest.raises(AnalysisException) as refused:
        spark.sql(query).write.mode(mode).saveAsTable(name)
    assert refused.value.getCondition() == condition
    assert disk.rows(name) == FIRST
    assert disk.table(name).version() == 0


def test_overwrite_replaces_rows_in_a_new_version(spark: SparkSession, name: str, disk: Disk) -> None:
    _make(spark, name)
    spark.sql("SELECT 9L AS id, 'z' AS v").write.mode("overwrite").saveAsTable(name)
    assert disk.rows(name) == [(9, "z")]
    assert disk.table(name).version() == 1


def test_overwrite_changes_the_schema_when_asked_to(spark: SparkSession, name: str, disk: Disk) -> None:
    _make(spark, name)
    changed = spark.sql("SELECT 1 AS z, 'p' AS p")
    changed.write.mode("overwrite").option("overwriteSchema", "true").partitionBy("p").saveAsTable(name)
    assert disk.rows(name) == [(1, "p")]
    assert disk.table(name).metadata().partition_columns == ["p"]
    assert spark.table(name).columns == ["z", "p"]


def test_a_table_is_overwritten_from_itself(spark: SparkSession, name: str, disk: Disk) -> None:
    _make(spark, name)
    spark.table(name).where("id <= 2").write.format("delta").mode("overwrite").saveAsTable(name)
    assert disk.rows(name) == FIRST[:2]


def test_merge_schema_adds_columns(spark: SparkSession, name: str, disk: Disk) -> None:
    _make(spark, name)
    spark.sql("SELECT 4L AS id, 'd' AS v, 0.5D AS w").write.mode("append").option("mergeSchema", "true").saveAsTable(
        name
    )
    assert disk.rows(name) == [*[(*row, None) for row in FIRST], (4, "d", 0.5)]
    assert spark.table(name).count() == 4


def test_partitions_are_kept_and_overwritten_one_by_one(spark: SparkSession, name: str, disk: Disk) -> None:
    spark.sql("SELECT 1 AS id, 'one year' AS p UNION ALL SELECT 2, 'ü/2'").write.partitionBy("p").saveAsTable(name)
    spark.sql("SELECT 3 AS id, 'one year' AS p").write.mode("append").saveAsTable(name)
    with pytest.raises(AnalysisException, match="partitioned by"):
        spark.sql("SELECT 3 AS id, 'x' AS p").write.mode("append").partitionBy("id").saveAsTable(name)
    spark.sql("SELECT 4 AS id, 'one year' AS p").writeTo(name).overwritePartitions()
    assert disk.rows(name) == [(2, "ü/2"), (4, "one year")]
    spark.sql("SELECT 5 AS id, 'ü/2' AS p").write.mode("overwrite").option("replaceWhere", "p = 'ü/2'").saveAsTable(
        name
    )
    assert disk.rows(name) == [(4, "one year"), (5, "ü/2")]
    with pytest.raises(AnalysisException) as refused:
        spark.sql("SELECT 6 AS id, 'x' AS p").write.mode("overwrite").option("replaceWhere", "p = 'ü/2'").saveAsTable(
            name
        )
    assert refused.value.getCondition() == "DELTA_REPLACE_WHERE_MISMATCH"
    assert disk.table(name).metadata().partition_columns == ["p"]


def test_columns_keep_their_order_whatever_the_partitioning(spark: SparkSession, name: str, disk: Disk) -> None:
    spark.sql("SELECT 'x' AS p, 1 AS id, 'y' AS q").write.partitionBy("p").saveAsTable(name)
    spark.sql("SELECT 2 AS id, 'z' AS q, 'x' AS p").write.mode("append").saveAsTable(name)
    spark.sql(f"INSERT INTO {name} VALUES ('w', 3, 'v')").collect()
    assert spark.table(name).columns == ["p", "id", "q"]
    assert disk.rows(name, "id") == [("x", 1, "y"), ("x", 2, "z"), ("w", 3, "v")]
    spark.sql("SELECT 'new' AS p, 4 AS id, 'n' AS q").write.mode("overwrite").saveAsTable(name)
    assert disk.rows(name) == [("new", 4, "n")]
    assert spark.table(name).columns == ["p", "id", "q"]


@pytest.mark.parametrize("asked", ["option", "configuration"])
def test_partitions_that_the_data_have_not_are_left_when_asked_for(
    spark: SparkSession, name: str, disk: Disk, asked: str
) -> None:
    spark.sql("SELECT 1 AS id, DATE'2024-01-01' AS d, 'a' AS p UNION ALL SELECT 2, NULL, 'b'").write.partitionBy(
        "d", "p"
    ).saveAsTable(name)
    new = spark.sql("SELECT 3 AS id, CAST(NULL AS DATE) AS d, 'b' AS p UNION ALL SELECT 4, DATE'2024-01-02', 'a'")
    if asked == "option":
        new.write.mode("overwrite").option("partitionOverwriteMode", "dynamic").saveAsTable(name)
    else:
        spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
        try:
            new.write.mode("overwrite").saveAsTable(name)
            with pytest.raises(PySparkException, match="overwritePartitions"):
                spark.sql(f"INSERT OVERWRITE {name} SELECT 1, DATE'2024-01-01', 'x'").collect()
        finally:
            spark.conf.unset("spark.sql.sources.partitionOverwriteMode")
    assert [row[0] for row in disk.rows(name, "id")] == [1, 3, 4]
    new.where("id > 100").writeTo(name).overwritePartitions()
    assert [row[0] for row in disk.rows(name, "id")] == [1, 3, 4]


def test_columns_of_a_new_table_may_be_null_later(spark: SparkSession, name: str, disk: Disk) -> None:
    spark.range(1).selectExpr("id", "array(1) AS l", "named_struct('b', 1) AS s").write.saveAsTable(name)
    spark.createDataFrame([(None, None, None)], "id long, l array<int>, s struct<b: int>").write.mode(
        "append"
    ).saveAsTable(name)
    assert disk.table(name).to_pyarrow_table().num_rows == 2


def test_write_to(spark: SparkSession, name: str, disk: Disk) -> None:
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.range(1).writeTo(name).append()
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.range(1).writeTo(name).replace()
    rows = spark.sql("SELECT 1L AS id, 'a' AS p")
    rows.writeTo(name).using("delta").partitionedBy(F.col("p")).create()
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_ALREADY_EXISTS"):
        rows.writeTo(name).create()
    spark.sql("SELECT 2L AS id, 'b' AS p").writeTo(name).append()
    spark.sql("SELECT 3L AS id, 'b' AS p").writeTo(name).overwrite(F.col("p") == "b")
    assert disk.rows(name) == [(1, "a"), (3, "b")]
    spark.sql("SELECT 'new' AS only").writeTo(name).createOrReplace()
    assert disk.rows(name) == [("new",)]


def test_insert_into_goes_by_position(spark: SparkSession, name: str, disk: Disk) -> None:
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.sql("SELECT 4L AS x, 'd' AS y").write.insertInto(name)
    _make(spark, name)
    spark.sql("SELECT 4L AS x, 'd' AS y").write.insertInto(name)
    assert disk.rows(name) == [*FIRST, (4, "d")]
    spark.sql("SELECT 5L AS x, 'e' AS y").write.insertInto(name, overwrite=True)
    assert disk.rows(name) == [(5, "e")]


def test_another_format_than_delta_is_refused(spark: SparkSession, name: str, disk: Disk) -> None:
    _make(spark, name)
    for mode in ("append", "overwrite"):
        with pytest.raises(PySparkException, match="parquet"):
            spark.range(1).write.format("parquet").mode(mode).saveAsTable(name)
    assert disk.rows(name) == FIRST


def test_a_table_outside_its_schema_s_folder(
    spark: SparkSession, name: str, disk: Disk, notebook_server: RunningServer, tmp_path: Path
) -> None:
    folder = notebook_server.home / "files" / name
    spark.range(2).write.option("path", str(folder)).saveAsTable(name)
    assert (folder / "_delta_log").is_dir()
    assert disk.rows(name) == [(0,), (1,)]
    with pytest.raises(AnalysisException, match="location"):
        spark.range(2).write.option("path", str(tmp_path / "t")).saveAsTable(f"{name}_elsewhere")


def test_a_dropped_table_does_not_come_back(spark: SparkSession, name: str, disk: Disk) -> None:
    _make(spark, name)
    spark.sql(f"DROP TABLE {name}").collect()
    assert not spark.catalog.tableExists(name)
    spark.range(1).write.mode("append").saveAsTable(name)
    assert disk.rows(name) == [(0,)]
    assert disk.table(name).version() == 0


def test_unknown_schema(spark: SparkSession) -> None:
    with pytest.raises(AnalysisException) as refused:
        spark.range(1).write.saveAsTable("lab.no_such_schema.t")
    assert refused.value.getCondition() == "SCHEMA_NOT_FOUND"
    assert "no_such_schema" in str(refused.value)


@pytest.mark.parametrize(
    "missing", ["lab.ml.no_such_table", "lab.no_such_schema.no_such_table", "no_such.a.no_such_table"]
)
def test_unknown_tables_are_named(spark: SparkSession, missing: str) -> None:
    wanted = "`" + missing.replace(".", "`.`") + "`"
    for read in (
        spark.table,
        lambda name: spark.sql(f"SELECT * FROM {name}"),
        lambda name: spark.sql(f"DROP TABLE {name}"),
    ):
        with pytest.raises(AnalysisException) as refused:
            read(missing).collect()
        assert refused.value.getCondition() == "TABLE_OR_VIEW_NOT_FOUND"
        assert wanted in str(refused.value)


def test_time_travel(spark: SparkSession, name: str) -> None:
    _make(spark, name)
    spark.range(1).selectExpr("id", "'new' AS v").write.mode("overwrite").saveAsTable(name)
    old = spark.read.option("versionAsOf", 0).table(name)
    assert [tuple(row) for row in old.orderBy("id").collect()] == FIRST
    assert spark.sql(f"SELECT * FROM {name} VERSION AS OF 0").count() == 3


def test_the_versions_that_are_read_are_recorded(notebook: NotebookSession, name: str, disk: Disk) -> None:
    spark = notebook.spark
    _make(spark, name)
    spark.sql(f"INSERT INTO {name} VALUES (4, 'd')").collect()
    assert name not in {read.name for read in notebook.tables_read()}
    spark.table(name).count()
    spark.read.option("versionAsOf", 0).table(name).count()
    spark.sql(f"DELETE FROM {name} WHERE id = 4").collect()
    spark.sql(f"WITH x AS (SELECT * FROM {name} AS t) SELECT count(*) FROM range(3) AS r, x").collect()
    assert [read.version for read in notebook.tables_read() if read.name == name] == [1, 0, 2]
    [location] = {read.location for read in notebook.tables_read() if read.name == name}
    assert name in {write.name for write in notebook.tables_written() if write.location == location}
