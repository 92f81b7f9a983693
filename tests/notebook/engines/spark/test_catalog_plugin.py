"""Names of the server, and tables of Delta, in Spark: what the plugin adds beside what both engines must do alike."""

import threading
from pathlib import Path
from shutil import rmtree

import pytest
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import functions as F
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook.catalog import ROOT
from brickyard.notebook.client import ServerClient
from brickyard.notebook.server_of_home import RunningServer
from tests.notebook.engines.conftest import Disk
from tests.notebook.engines.spark.conftest import NewSession

pytestmark = [pytest.mark.spark, pytest.mark.timeout(300)]


def _rows(spark: SparkSession, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in spark.sql(sql).collect()]


def test_the_entry_of_a_new_table(spark: SparkSession, name: str, client: ServerClient, disk: Disk) -> None:
    spark.sql(
        f"""CREATE TABLE {name} (id BIGINT NOT NULL COMMENT 'the key', p STRING, l ARRAY<INT>, d DECIMAL(10, 2))
            PARTITIONED BY (p) COMMENT 'it''s one' TBLPROPERTIES ('team' = 'a')"""
    ).collect()
    entry = client.get(f"{ROOT}/tables/{name}")
    assert (entry["table_type"], entry["comment"], entry["properties"]) == ("MANAGED", "it's one", {"team": "a"})
    schema = client.get(f"{ROOT}/schemas/lab.ml")
    assert entry["storage_location"] == f"{schema['storage_root']}/{name.rpartition('.')[2]}"
    assert [column["type_name"] for column in entry["columns"]] == ["LONG", "STRING", "ARRAY", "DECIMAL"]
    assert [column["nullable"] for column in entry["columns"]] == [False, True, True, True]
    assert entry["columns"][0]["comment"] == "the key"
    assert disk.table(name).metadata().partition_columns == ["p"]
    assert disk.table(name).version() == 0


def test_statements_of_sql_and_delta(spark: SparkSession, name: str, disk: Disk) -> None:
    spark.sql(f"CREATE TABLE {name} AS SELECT id, 'a' AS v FROM range(3)").collect()
    spark.sql(f"INSERT INTO {name} VALUES (3, 'b')").collect()
    spark.sql(f"UPDATE {name} SET v = 'z' WHERE id = 0").collect()
    spark.sql(f"DELETE FROM {name} WHERE id = 1").collect()
    spark.sql(
        f"""MERGE INTO {name} t USING (SELECT 2L AS id, 'm' AS v UNION ALL SELECT 9L, 'n') s ON t.id = s.id
            WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"""
    ).collect()
    assert disk.rows(name) == [(0, "z"), (2, "m"), (3, "b"), (9, "n")]
    assert _rows(spark, f"SELECT count(*) FROM {name} VERSION AS OF 0") == [(3,)]
    spark.sql(f"OPTIMIZE {name}").collect()
    spark.sql(f"VACUUM {name}").collect()
    assert _rows(spark, f"DESCRIBE HISTORY {name} LIMIT 1")[0][4] in {"OPTIMIZE", "VACUUM END"}
    assert spark.sql(f"DESCRIBE DETAIL {name}").collect()[0]["name"] == name
    spark.sql(f"RESTORE TABLE {name} TO VERSION AS OF 0").collect()
    spark.sql(f"TRUNCATE TABLE {name}").collect()
    assert disk.rows(name) == []


def test_show_create_table_reads_back(spark: SparkSession, name: str) -> None:
    spark.sql(
        f"""CREATE TABLE {name} (id BIGINT NOT NULL COMMENT 'it''s it', `odd p` STRING) PARTITIONED BY (`odd p`)
            COMMENT 'c' TBLPROPERTIES ('k' = 'v', 'delta.columnMapping.mode' = 'name')"""
    ).collect()
    [(statement,)] = _rows(spark, f"SHOW CREATE TABLE {name}")
    assert isinstance(statement, str)
    spark.sql(f"DROP TABLE {name}").collect()
    spark.sql(statement).collect()
    assert _rows(spark, f"SHOW CREATE TABLE {name}") == [(statement,)]
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.sql(f"SHOW CREATE TABLE {name}_missing").collect()


def test_parameters_of_statements(spark: SparkSession, name: str) -> None:
    spark.sql(f"CREATE TABLE {name} AS SELECT :n AS n", args={"n": 5}).collect()
    assert spark.sql("SELECT * FROM IDENTIFIER(:t) WHERE n = :n", args={"t": name, "n": 5}).count() == 1
    assert spark.sql("SELECT ? + 1 AS n", args=[2]).collect()[0]["n"] == 3


def test_a_table_is_replaced_in_one_commit_and_from_itself(
    spark: SparkSession, name: str, disk: Disk, client: ServerClient
) -> None:
    spark.sql(f"CREATE TABLE {name} COMMENT 'old' TBLPROPERTIES ('k' = 'v') AS SELECT 5 AS n").collect()
    spark.table(name).selectExpr("n + 1 AS n").write.mode("overwrite").saveAsTable(name)
    assert client.get(f"{ROOT}/tables/{name}")["comment"] == "old"
    spark.sql(f"CREATE OR REPLACE TABLE {name} COMMENT 'new' AS SELECT n, 'x' AS w FROM {name}").collect()
    assert disk.rows(name) == [(6, "x")]
    assert disk.table(name).version() == 2
    entry = client.get(f"{ROOT}/tables/{name}")
    assert (entry["comment"], entry["properties"]) == ("new", {})
    assert [column["name"] for column in entry["columns"]] == ["n", "w"]


def test_appended_values_keep_their_meaning(spark: SparkSession, name: str, disk: Disk) -> None:
    spark.range(1).write.saveAsTable(name)
    for query in ("SELECT 7.5D AS id", "SELECT 'x' AS id"):
        with pytest.raises(AnalysisException) as refused:
            spark.sql(query).write.mode("append").saveAsTable(name)
        assert refused.value.getCondition() == "DELTA_FAILED_TO_MERGE_FIELDS"
        with pytest.raises(AnalysisException) as refused:
            spark.sql(query).writeTo(name).append()
        assert refused.value.getCondition() == "DELTA_FAILED_TO_MERGE_FIELDS"
    spark.sql("SELECT 4 AS ID").write.mode("append").saveAsTable(name)
    assert disk.rows(name) == [(0,), (4,)]


def test_alter_table(spark: SparkSession, name: str, client: ServerClient) -> None:
    spark.sql(f"CREATE TABLE {name} (id BIGINT)").collect()
    for change in (
        "ADD COLUMNS (v STRING COMMENT 'new')",
        "SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'my.own' = '1')",
        "RENAME COLUMN v TO w",
        "ALTER COLUMN id COMMENT 'key'",
    ):
        spark.sql(f"ALTER TABLE {name} {change}").collect()
    spark.sql(f"COMMENT ON TABLE {name} IS 'told'").collect()
    assert _rows(spark, f"DESCRIBE {name}") == [("id", "bigint", "key"), ("w", "string", "new")]
    entry = client.get(f"{ROOT}/tables/{name}")
    assert (entry["comment"], entry["properties"]["my.own"]) == ("told", "1")
    spark.sql(f"ALTER TABLE {name} UNSET TBLPROPERTIES ('my.own')").collect()
    assert "my.own" not in client.get(f"{ROOT}/tables/{name}")["properties"]
    spark.sql(f"ALTER TABLE {name} DROP COLUMN w").collect()
    assert spark.table(name).columns == ["id"]
    with pytest.raises(AnalysisException, match="stays where it lies"):
        spark.sql(f"ALTER TABLE {name} SET LOCATION '/elsewhere'").collect()


def test_rename(spark: SparkSession, name: str, disk: Disk) -> None:
    spark.range(3).write.saveAsTable(name)
    spark.sql(f"ALTER TABLE {name} RENAME TO {name}_new").collect()
    spark.range(1).write.saveAsTable(name)  # the renamed table keeps its folder
    assert (len(disk.rows(name)), len(disk.rows(f"{name}_new"))) == (1, 3)
    with pytest.raises(AnalysisException, match="within its schema"):
        spark.sql(f"ALTER TABLE {name} RENAME TO lab.default.other").collect()
    with pytest.raises(AnalysisException) as refused:
        spark.sql(f"ALTER TABLE {name} RENAME TO {name}_new").collect()
    assert refused.value.getCondition() == "TABLE_OR_VIEW_ALREADY_EXISTS"


def test_schemas(spark: SparkSession, client: ServerClient) -> None:
    spark.sql("CREATE SCHEMA lab.made COMMENT 'c' WITH DBPROPERTIES ('a' = 'b')").collect()
    spark.sql("ALTER SCHEMA lab.made SET DBPROPERTIES ('z' = 'y')").collect()
    spark.sql("COMMENT ON SCHEMA lab.made IS 'd'").collect()
    entry = client.get(f"{ROOT}/schemas/lab.made")
    assert (entry["comment"], entry["properties"]) == ("d", {"a": "b", "z": "y"})
    spark.sql("CREATE TABLE lab.made.t (a INT)").collect()
    for statement, condition in (
        ("CREATE SCHEMA lab.made", "SCHEMA_ALREADY_EXISTS"),
        ("DROP SCHEMA lab.made", "SCHEMA_NOT_EMPTY"),
        ("DROP SCHEMA lab.nowhere", "SCHEMA_NOT_FOUND"),
        ("CREATE SCHEMA nowhere.s", "CATALOG_NOT_FOUND"),
        ("USE CATALOG nowhere", "CATALOG_NOT_FOUND"),
        ("CREATE SCHEMA lab.`a b`", "IDENTIFIER_INVALID"),
    ):
        with pytest.raises(AnalysisException) as refused:
            spark.sql(statement).collect()
        assert refused.value.getCondition() == condition
    spark.sql("DROP SCHEMA lab.made CASCADE").collect()
    assert ("made",) not in _rows(spark, "SHOW SCHEMAS IN lab")


def test_catalogs_that_others_make_are_found(spark: SparkSession, client: ServerClient) -> None:
    client.post(f"{ROOT}/catalogs", {"name": "late"})
    spark.range(4).write.saveAsTable("late.default.t")
    assert spark.table("LATE.default.t").count() == 4
    assert ("late",) in _rows(spark, "SHOW CATALOGS")
    client.post(f"{ROOT}/catalogs", {"name": "later"})
    spark.sql("USE CATALOG later").collect()
    assert _rows(spark, "SELECT current_catalog(), current_schema()") == [("later", "default")]
    client.send("DELETE", f"{ROOT}/catalogs/late", force=True)
    assert ("late",) not in _rows(spark, "SHOW CATALOGS LIKE 'la*'")


def test_a_failed_write_leaves_nothing_behind(spark: SparkSession, name: str, disk: Disk, client: ServerClient) -> None:
    query = "SELECT id, CASE WHEN id > 5 THEN raise_error('boom') ELSE 'x' END AS a FROM range(10)"
    with pytest.raises(PySparkException):
        spark.sql(f"CREATE TABLE {name} AS {query}").collect()
    assert not spark.catalog.tableExists(name)
    spark.range(2).write.saveAsTable(name)
    location = client.get(f"{ROOT}/tables/{name}")["storage_location"]
    assert location.endswith(name.rpartition(".")[2])  # the folder of the failed one was free
    with pytest.raises(PySparkException):
        spark.sql(f"CREATE OR REPLACE TABLE {name} AS {query}").collect()
    assert disk.rows(name) == [(0,), (1,)]


def test_of_tables_made_at_the_same_time_one_wins(new_session: NewSession, name: str, disk: Disk) -> None:
    sessions = [new_session() for _ in range(3)]
    failures: list[Exception] = []

    def make(session: SparkSession, rows: int) -> None:
        try:
            session.range(rows).write.saveAsTable(name)
        except AnalysisException as error:
            failures.append(error)

    threads = [threading.Thread(target=make, args=(each, 10 + index)) for index, each in enumerate(sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 2
    assert len(disk.rows(name)) in {10, 11, 12}


def test_a_table_that_others_drop_and_make_again(spark: SparkSession, name: str, client: ServerClient) -> None:
    spark.range(3).write.saveAsTable(name)
    assert spark.table(name).count() == 3
    client.send("DELETE", f"{ROOT}/tables/{name}")
    with pytest.raises(AnalysisException, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.table(name).count()
    spark.range(7).write.saveAsTable(name)
    assert spark.table(name).count() == 7
    assert spark.sql(f"DESCRIBE HISTORY {name}").count() == 1


def test_a_table_whose_data_are_gone(
    spark: SparkSession, name: str, notebook_server: RunningServer, disk: Disk
) -> None:
    spark.range(3).write.saveAsTable(name)
    rmtree(Path(notebook_server.home) / "tables" / "lab" / "ml" / name.rpartition(".")[2])
    with pytest.raises(AnalysisException, match=name.rpartition(".")[2]):
        spark.table(name).count()
    spark.range(1).writeTo(name).createOrReplace()
    assert disk.rows(name) == [(0,)]


def test_other_formats_and_locations_are_refused(
    spark: SparkSession, name: str, notebook_server: RunningServer, tmp_path: Path
) -> None:
    with pytest.raises(AnalysisException, match="parquet"):
        spark.range(1).write.format("parquet").saveAsTable(name)
    with pytest.raises(AnalysisException, match="location"):
        spark.range(1).write.option("path", str(tmp_path / "t")).saveAsTable(name)
    assert not (tmp_path / "t").exists()
    folder = notebook_server.home / "files" / name
    spark.range(2).write.option("path", str(folder)).saveAsTable(name)
    spark.sql(f"DROP TABLE {name}").collect()
    spark.sql(f"CREATE TABLE {name} LOCATION '{folder}'").collect()
    assert spark.table(name).count() == 2
    with pytest.raises(AnalysisException, match="lies at"):
        spark.sql(f"CREATE OR REPLACE TABLE {name} LOCATION '{folder}_other' AS SELECT 1 AS a").collect()


def test_a_permanent_view_is_refused_and_a_temporary_one_works(spark: SparkSession, name: str) -> None:
    spark.range(2).write.saveAsTable(name)
    with pytest.raises(AnalysisException, match="does not support views"):
        spark.sql(f"CREATE VIEW {name}_v AS SELECT 1 AS a").collect()
    spark.sql(f"CREATE OR REPLACE TEMP VIEW plugin_view AS SELECT * FROM {name}").collect()
    assert _rows(spark, "SELECT count(*) FROM plugin_view") == [(2,)]


def test_the_server_s_refusals_and_its_silence(new_session: NewSession) -> None:
    secret = "not-a-token-of-this-server"
    refused = new_session(token=secret)
    with pytest.raises(AnalysisException, match="refuses the token") as told:
        refused.table("lab.ml.t").collect()
    assert secret not in str(told.value)
    silent = new_session(uri=f"http://127.0.0.1:9{ROOT}")
    assert silent.sql("SELECT 1 AS one").collect()[0]["one"] == 1
    with pytest.raises(PySparkException, match="refuses the connection"):
        silent.table("main.default.t").collect()


def test_the_token_is_not_shown(spark: SparkSession, token: str, name: str) -> None:
    spark.range(1).write.saveAsTable(name)
    shown = [str(row) for sql in ("SET", f"EXPLAIN EXTENDED SELECT * FROM {name}") for row in spark.sql(sql).collect()]
    assert any("spark.brickyard.token" in row for row in shown)
    assert not any(token in row for row in shown)


@pytest.mark.parametrize("made", [False, True])
def test_streams_by_name(spark: SparkSession, name: str, disk: Disk, tmp_path: Path, made: bool) -> None:
    source, sink = f"{name}_in", f"{name}_out"
    spark.range(100).write.saveAsTable(source)
    if made:
        spark.sql(f"CREATE TABLE {sink} (id BIGINT, d BIGINT)").collect()

    def run() -> None:
        query = (
            spark.readStream.table(source)
            .select("id", (F.col("id") * 2).alias("d"))
            .writeStream.option("checkpointLocation", str(tmp_path / "checkpoint"))
            .trigger(availableNow=True)
            .toTable(sink)
        )
        query.awaitTermination()

    run()
    spark.range(100, 105).write.mode("append").saveAsTable(source)
    run()
    assert disk.rows(sink, "id") == [(number, 2 * number) for number in range(105)]
