"""SQL over names of the catalog, spark.catalog, and the current catalog and schema."""

from collections.abc import Iterator

import pytest
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql.connect.session import SparkSession
from pyspark.sql.types import DecimalType, LongType

from brickyard.notebook.catalog import ROOT
from brickyard.notebook.client import ServerClient
from brickyard.notebook.server_of_home import RunningServer
from tests.notebook.engines.conftest import Disk


@pytest.fixture
def back(spark: SparkSession) -> Iterator[None]:
    """The current catalog and schema are what they were."""
    yield
    spark.catalog.setCurrentCatalog("main")
    spark.catalog.setCurrentDatabase("default")


def _rows(spark: SparkSession, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in spark.sql(sql).collect()]


def test_merge_update_delete_insert(spark: SparkSession, name: str, disk: Disk) -> None:
    spark.sql(f"CREATE TABLE {name} AS SELECT * FROM VALUES (1L, 'a'), (2L, 'b') AS t(id, v)").collect()
    spark.sql(
        f"""MERGE INTO {name} t USING (SELECT 2L AS id, 'new' AS v UNION ALL SELECT 9L, 'nine') s ON t.id = s.id
            WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"""
    ).collect()
    assert disk.rows(name) == [(1, "a"), (2, "new"), (9, "nine")]
    spark.sql(f"DELETE FROM {name} WHERE id = 9").collect()
    spark.sql(f"UPDATE {name} SET v = 'z' WHERE id = 1").collect()
    spark.sql(f"INSERT INTO {name} VALUES (3, 'c')").collect()
    assert disk.rows(name) == [(1, "z"), (2, "new"), (3, "c")]
    spark.sql(f"INSERT OVERWRITE {name} SELECT 7L, 'only'").collect()
    assert disk.rows(name) == [(7, "only")]
    spark.sql(f"TRUNCATE TABLE {name}").collect()
    assert disk.rows(name) == []


def test_create_table_with_columns(spark: SparkSession, name: str, disk: Disk, client: ServerClient) -> None:
    spark.sql(
        f"""CREATE TABLE {name} ( -- a feature table
              customer_id BIGINT, at TIMESTAMP, amount DECIMAL(10, 2) COMMENT 'in euro, "net"', tags MAP<STRING, INT>,
              CONSTRAINT the_key PRIMARY KEY (customer_id, at TIMESERIES)
            ) USING DELTA PARTITIONED BY (customer_id) COMMENT 'it''s one' TBLPROPERTIES ('team' = 'a', quality = 2);"""
    ).collect()
    schema = spark.table(name).schema
    assert schema.names == ["customer_id", "at", "amount", "tags"]
    assert schema["amount"].dataType == DecimalType(10, 2)
    assert schema["customer_id"].dataType == LongType()
    assert disk.table(name).metadata().partition_columns == ["customer_id"]
    entry = client.get(f"{ROOT}/tables/{name}")
    assert entry["comment"] == "it's one"
    assert entry["properties"] == {"team": "a", "quality": "2"}
    assert [column["nullable"] for column in entry["columns"]] == [False, False, True, True]
    [key] = [item["primary_key_constraint"] for item in entry["table_constraints"]]
    assert (key["name"], key["child_columns"], key["timeseries_columns"]) == ("the_key", ["customer_id", "at"], ["at"])
    with pytest.raises(PySparkException):
        spark.sql(f"INSERT INTO {name} VALUES (NULL, NULL, NULL, NULL)").collect()
    spark.sql(f"INSERT INTO {name} VALUES (7, TIMESTAMP'2024-01-01', 1.5, map('a', 1))").collect()
    assert spark.table(name).collect()[0]["customer_id"] == 7
    spark.sql(f"CREATE OR REPLACE TABLE {name} (only STRING)").collect()
    assert disk.rows(name) == []
    assert spark.table(name).columns == ["only"]
    with pytest.raises(AnalysisException, match="created"):
        spark.sql(f"CREATE TABLE {name}_odd (v INT) PARTITIONED BY (nothing)").collect()


def test_create_table_as(spark: SparkSession, name: str, disk: Disk) -> None:
    spark.sql(f"CREATE TABLE {name} USING delta AS SELECT :n AS n", args={"n": 5}).collect()
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_ALREADY_EXISTS"):
        spark.sql(f"CREATE TABLE {name} AS SELECT 1 AS n").collect()
    spark.sql(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT 1 AS n").collect()
    assert disk.rows(name) == [(5,)]
    spark.sql(
        f"CREATE OR REPLACE TABLE {name} AS WITH q AS (SELECT n FROM {name}) SELECT n + 1 AS n, 'x' AS w FROM q"
    ).collect()
    assert disk.rows(name) == [(6, "x")]
    assert disk.table(name).version() == 1


def test_create_table_over_what_is_there(
    spark: SparkSession, name: str, disk: Disk, notebook_server: RunningServer
) -> None:
    folder = notebook_server.home / "files" / name
    spark.range(3).write.format("delta").save(str(folder))
    spark.sql(f"CREATE TABLE {name} LOCATION '{folder}'").collect()
    assert disk.rows(name) == [(0,), (1,), (2,)]
    spark.sql(f"DROP TABLE {name}").collect()
    assert (folder / "_delta_log").is_dir()


def test_drop_table(spark: SparkSession, name: str) -> None:
    spark.sql(f"DROP TABLE IF EXISTS {name}").collect()
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.sql(f"DROP TABLE {name}").collect()


def test_primary_keys(spark: SparkSession, name: str, client: ServerClient) -> None:
    spark.range(1).write.saveAsTable(name)
    spark.sql(f"ALTER TABLE {name} ADD CONSTRAINT k PRIMARY KEY (id)").collect()
    [key] = client.get(f"{ROOT}/tables/{name}")["table_constraints"]
    assert key["primary_key_constraint"]["child_columns"] == ["id"]
    with pytest.raises(AnalysisException):
        spark.sql(f"ALTER TABLE {name} ADD CONSTRAINT k2 PRIMARY KEY (id)").collect()
    spark.sql(f"ALTER TABLE {name} DROP PRIMARY KEY").collect()
    assert not client.get(f"{ROOT}/tables/{name}").get("table_constraints")


def test_describe(spark: SparkSession, name: str) -> None:
    spark.sql(f"CREATE TABLE {name} (id BIGINT COMMENT 'the key', p STRING) PARTITIONED BY (p)").collect()
    spark.sql(f"INSERT INTO {name} VALUES (1, 'a')").collect()
    assert _rows(spark, f"DESCRIBE {name}")[0] == ("id", "bigint", "the key")
    assert {row[0]: row[1] for row in _rows(spark, f"DESCRIBE TABLE EXTENDED {name}")}["Table"] == name[7:]
    [detail] = spark.sql(f"DESCRIBE DETAIL {name}").collect()
    assert (detail["format"], detail["name"], detail["numFiles"], detail["partitionColumns"]) == (
        "delta",
        name,
        1,
        ["p"],
    )
    assert spark.sql(f"DESCRIBE DETAIL {name}").filter("format = 'delta'").count() == 1
    history = spark.sql(f"DESCRIBE HISTORY {name}").collect()
    assert [row["version"] for row in history] == [1, 0]
    assert history[0]["timestamp"] >= history[1]["timestamp"]
    assert spark.sql(f"DESCRIBE HISTORY {name} LIMIT 1").count() == 1
    for kind in ("DETAIL", "HISTORY", ""):
        with pytest.raises(AnalysisException, match="no_such"):
            spark.sql(f"DESCRIBE {kind} lab.ml.no_such").collect()


def test_names_of_one_and_two_levels(spark: SparkSession, name: str, back: None) -> None:
    """`lab` is younger than the engine, `main` older."""
    short = name.rpartition(".")[2]
    spark.range(3).write.saveAsTable(name)
    spark.sql("USE CATALOG lab").collect()
    assert (spark.catalog.currentCatalog(), spark.catalog.currentDatabase()) == ("lab", "default")
    assert spark.table(f"ml.{short}").count() == 3
    assert _rows(spark, f"SELECT count(*) FROM ml.{short}") == [(3,)]
    spark.sql("USE lab.ml").collect()
    assert spark.table(short).count() == 3
    assert _rows(spark, f"SELECT count(*) FROM {short}") == [(3,)]
    spark.sql(f"INSERT INTO {short} VALUES (9)").collect()
    spark.range(1).write.mode("append").saveAsTable(short)
    spark.range(1).write.insertInto(f"ml.{short}")
    assert spark.table(name).count() == 6
    with pytest.raises(AnalysisException, match=r"`lab`\.`ml`\.`nothing`"):
        spark.table("nothing").count()
    spark.sql("USE main.default").collect()
    assert _rows(spark, "SELECT current_catalog(), current_schema()") == [("main", "default")]
    assert spark.table(name).count() == 6
    for statement, condition in (
        ("USE CATALOG nowhere", "CATALOG_NOT_FOUND"),
        ("USE SCHEMA nowhere", "SCHEMA_NOT_FOUND"),
    ):
        with pytest.raises(AnalysisException) as refused:
            spark.sql(statement).collect()
        assert refused.value.getCondition() == condition


def test_names_with_special_characters_and_upper_case(spark: SparkSession, disk: Disk) -> None:
    spark.range(2).write.saveAsTable("lab.ml.`odd-näme`")
    assert spark.table("lab.ml.`odd-näme`").count() == 2
    assert _rows(spark, "SELECT count(*) FROM lab.ml.`odd-näme`") == [(2,)]
    spark.range(2).write.saveAsTable("LAB.ml.Upper")
    assert disk.rows("lab.ml.upper") == [(0,), (1,)]
    assert spark.table("lab.ML.UPPER").count() == 2
    with pytest.raises(AnalysisException, match="IDENTIFIER_INVALID"):
        spark.range(2).write.saveAsTable("a.b.c.d")


def test_the_catalog_api(spark: SparkSession, name: str) -> None:
    short = name.rpartition(".")[2]
    spark.sql(f"CREATE TABLE {name} (id BIGINT NOT NULL, p STRING) PARTITIONED BY (p)").collect()
    spark.range(1).createOrReplaceTempView("a_view")
    assert spark.catalog.tableExists(name)
    assert not spark.catalog.tableExists("lab.ml.no_such")
    assert spark.catalog.tableExists("a_view")
    listed = {table.name: table for table in spark.catalog.listTables("lab.ml")}
    assert (listed[short].catalog, listed[short].namespace) == ("lab", ["ml"])
    assert listed["a_view"].isTemporary
    assert spark.catalog.getTable(name).tableType == "MANAGED"
    assert [(c.name, c.dataType, c.isPartition) for c in spark.catalog.listColumns(name)] == [
        ("id", "bigint", False),
        ("p", "string", True),
    ]
    assert {"main", "lab"} <= {catalog.name for catalog in spark.catalog.listCatalogs()}
    assert [database.name for database in spark.catalog.listDatabases()] == ["default"]
    assert spark.catalog.databaseExists("lab.ml")
    assert not spark.catalog.databaseExists("lab.nothing")
    assert ("ml", short, False) in _rows(spark, "SHOW TABLES IN lab.ml")
    assert _rows(spark, "SHOW SCHEMAS IN lab LIKE 'm*'") == [("ml",)]
    assert _rows(spark, f"SHOW COLUMNS IN {name}") == [("id",), ("p",)]
    made = spark.catalog.createTable(f"{name}_made", schema=spark.range(1).schema)
    assert made.columns == ["id"]
    spark.catalog.dropTable(f"{name}_made")
    assert not spark.catalog.tableExists(f"{name}_made")
    spark.catalog.dropTempView("a_view")
    assert not spark.catalog.tableExists("a_view")


def test_a_catalog_that_another_program_makes(spark: SparkSession, client: ServerClient) -> None:
    client.post(f"{ROOT}/catalogs", {"name": "elsewhere"})
    spark.range(4).write.saveAsTable("elsewhere.default.t")
    assert spark.table("elsewhere.default.t").count() == 4
    assert _rows(spark, "SELECT count(*) FROM elsewhere.default.t") == [(4,)]


def test_catalogs_in_sql(spark: SparkSession) -> None:
    spark.sql("CREATE CATALOG made COMMENT 'x'").collect()
    with pytest.raises(AnalysisException, match="CATALOG_ALREADY_EXISTS"):
        spark.sql("CREATE CATALOG made").collect()
    assert ("made",) in _rows(spark, "SHOW CATALOGS")
    spark.sql("DROP CATALOG made CASCADE").collect()
    assert ("made",) not in _rows(spark, "SHOW CATALOGS")


def test_views_parameters_and_other_sql_go_through(spark: SparkSession, name: str) -> None:
    spark.range(3).write.saveAsTable(name)
    spark.sql(f"CREATE OR REPLACE TEMP VIEW through AS SELECT * FROM {name} WHERE id > 0").collect()
    assert _rows(spark, "SELECT max(id) FROM through") == [(2,)]
    assert spark.sql("SELECT * FROM IDENTIFIER(:t) WHERE id = :i", args={"t": name, "i": 1}).count() == 1
    assert spark.sql("SELECT * FROM {d}", d=spark.range(2)).count() == 2
    assert _rows(spark, "SELECT 'DROP TABLE lab.ml.x' AS text; -- a comment") == [("DROP TABLE lab.ml.x",)]
