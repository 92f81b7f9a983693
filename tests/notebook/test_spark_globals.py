"""`spark` and its like in a script: the session where the code mentions it, a stand-in elsewhere."""

import json

from brickyard.notebook.context import Notebook
from brickyard.notebook.namespace import LazySpark
from tests.notebook.conftest import RunFile


def check(run_file: RunFile, text: str, **more: str) -> str:
    done = run_file(text, **more)
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_the_session_itself_where_the_code_mentions_it(run_file: RunFile) -> None:
    check(
        run_file,
        """
from pyspark.sql import SparkSession
from pyspark.sql.connect.session import SparkSession as ConnectSession
assert type(spark) is ConnectSession and spark.range(3).count() == 3
assert SparkSession.builder.getOrCreate() is spark and SparkSession.getActiveSession() is spark
from databricks.sdk.runtime import *
from databricks.sdk import runtime
assert runtime.spark is spark
assert table is not None and sql("select 41 + 1 as x").collect()[0].x == 42
@udf("int")
def more(x):
    return x + 1
assert [r[0] for r in spark.range(2).select(more("id")).collect()] == [1, 2]
assert sqlContext.sql("select 1").count() == 1 and sqlContext.sparkSession is spark
display(spark.range(30))
""",
    )


def test_a_helper_module_gets_the_same_session(run_file: RunFile) -> None:
    check(
        run_file,
        """
import pathlib, sys
assert "pyspark" not in sys.modules
name = "SPARK"
pathlib.Path("helper.py").write_text('''
from pyspark.sql import SparkSession
session = SparkSession.builder.getOrCreate()
from databricks.sdk.runtime import spark
assert session.range(4).count() == 4 and spark.client is session.client
''')
import helper
""",
    )


def test_the_stand_in_starts_the_session_when_it_is_used(run_file: RunFile) -> None:
    out = check(
        run_file,
        """
import sys
stand_in = globals()["sp" + "ark"]
assert "pyspark" not in sys.modules
print(stand_in.range(2).count())
import importlib
connected = importlib.import_module("py" + "spark.sql.connect.session").__dict__["Spark" + "Session"]
assert isinstance(stand_in, connected) and type(stand_in) is not connected
""",
    )
    assert out == "2\n"


def test_sql_cells_and_display(run_file: RunFile) -> None:
    out = check(
        run_file,
        "# Databricks notebook source\n# MAGIC %sql\n# MAGIC create temp view v as select 1 as a;\n"
        "# MAGIC select a, 'x' as b from v\n"
        "# COMMAND ----------\nprint(_sqldf.count())\n",
    )
    assert "a" in out
    assert "1 row" in out
    assert out.endswith("1\n")


def test_summary_of_a_spark_frame(run_file: RunFile) -> None:
    out = check(
        run_file,
        """
rows = [(1.0, "b", [1]), (3.0, "a", [2]), (None, "a", [2])]
frame = spark.createDataFrame(rows, "x double, `t.t` string, l array<int>")
dbutils.data.summarize(frame)
dbutils.data.summarize(frame, precise=True)
""",
    )
    rows = [line.split() for line in out.splitlines() if line.startswith("x ")]
    assert rows == [["x", "double", "2", "1", "2", "2", "1.41421", "1.0", "3.0"]] * 2
    assert [line.split()[-2:] for line in out.splitlines() if line.startswith("t.t ")] == [["a", "b"]] * 2


def test_an_unknown_engine_is_named(run_file: RunFile) -> None:
    done = run_file("spark.range(1)", notebook=Notebook(path="", engine="nope"))
    assert done.returncode == 1
    assert "no engine 'nope'" in done.stderr


def test_a_run_records_the_tables_it_read(run_file: RunFile) -> None:
    out = check(
        run_file,
        """
import json, mlflow
from databricks.sdk import WorkspaceClient
w = WorkspaceClient()
w.catalogs.create(name="records")
w.schemas.create(name="s", catalog_name="records")
for _ in range(2):
    spark.range(3).write.format("delta").mode("append").saveAsTable("records.s.t")
mlflow.set_experiment("/records")
with mlflow.start_run() as run:
    mlflow.log_metric("rows", spark.table("records.s.t").count())
print(json.dumps(mlflow.get_run(run.info.run_id).data.tags))
""",
    )
    tags = json.loads(out.splitlines()[-1])
    assert tags["mlflow.brickyard.engine"] == "sail"
    assert json.loads(tags["mlflow.brickyard.tables"]) == {"records.s.t": 1}


def test_stand_in_in_process() -> None:
    class Session:
        value = 1

    session = Session()
    stand_in = LazySpark(lambda: session)  # type: ignore[arg-type, return-value]
    assert isinstance(stand_in, Session)
    assert stand_in.value == 1
    stand_in.value = 2
    assert session.value == 2
    assert repr(stand_in) == repr(session)
