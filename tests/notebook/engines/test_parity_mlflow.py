"""What stock MLflow and pandas users do with the session."""

import threading
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pyspark.sql
import pytest
from mlflow.data.spark_dataset import from_spark
from mlflow.models import infer_signature
from mlflow.pyfunc.model import PythonModel
from pyspark.sql import functions as F
from pyspark.sql.connect.session import SparkSession
from pyspark.sql.pandas.functions import pandas_udf


@pytest.fixture
def tracking(tmp_path: Path) -> str:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    mlflow.set_tracking_uri(uri)
    return uri


def test_the_builder_gives_the_session(spark: SparkSession) -> None:
    given: list[object] = [
        pyspark.sql.SparkSession.builder.getOrCreate(),
        pyspark.sql.SparkSession.builder.appName("x").getOrCreate(),
        pyspark.sql.SparkSession.getActiveSession(),
    ]
    assert given == [spark] * 3
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(pyspark.sql.SparkSession.builder.getOrCreate()))
    thread.start()
    thread.join()
    assert found == [spark]


def test_pandas_both_ways(spark: SparkSession) -> None:
    frame = pd.DataFrame(
        {"i": [1, 2], "f": [0.5, np.nan], "s": ["ü", None], "t": pd.to_datetime(["2024-01-01", "2024-06-01"])}
    )
    back = spark.createDataFrame(frame).toPandas()
    pd.testing.assert_frame_equal(back, frame, check_dtype=False)
    assert isinstance(spark.createDataFrame(frame), pyspark.sql.DataFrame)


def test_a_pandas_udf(spark: SparkSession) -> None:
    def halved(values: pd.Series) -> pd.Series:  # pyspark evaluates the annotations
        return values / 2

    as_udf: Any = pandas_udf
    half = as_udf(halved, "double")
    assert [row[0] for row in spark.range(3).select(half("id")).collect()] == [0.0, 0.5, 1.0]


def test_semantic_hash(spark: SparkSession, name: str) -> None:
    spark.range(3).write.saveAsTable(name)
    assert spark.table(name).semanticHash() == spark.table(name).semanticHash()
    assert spark.table(name).semanticHash() != spark.table(name).where("id > 1").semanticHash()
    assert spark.table(name).sameSemantics(spark.table(name))
    assert not spark.table(name).sameSemantics(spark.range(3))


@pytest.mark.filterwarnings("ignore")
def test_a_dataset_from_a_table(spark: SparkSession, name: str, tracking: str) -> None:
    spark.createDataFrame(pd.DataFrame({"x": [1.0], "s": ["a"]})).write.saveAsTable(name)
    dataset = from_spark(spark.table(name), table_name=name, version="v1.0")
    again = from_spark(spark.table(name), table_name=name, version="v1.0")
    assert dataset.source.to_dict()["delta_table_name"] == name
    assert dataset.source.to_dict()["delta_table_version"] == "v1.0"
    assert dataset.digest == again.digest
    assert dataset.schema is not None
    assert [column["name"] for column in dataset.schema.to_dict()] == ["x", "s"]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_model_scores_a_table(spark: SparkSession, name: str, tracking: str) -> None:
    class Doubler(PythonModel):
        def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]  # MLflow reads hints
            return model_input["x"] * 2 + model_input["y"]

    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [0.5, 0.25, 0.0]})
    with mlflow.start_run():
        signature = infer_signature(frame, frame[["x"]])
        info = mlflow.pyfunc.log_model(
            name="m",
            python_model=Doubler(),
            signature=signature,
            registered_model_name="doubler",
            pip_requirements=["mlflow"],
        )
    assert info.registered_model_version == 1
    spark.createDataFrame(frame).write.saveAsTable(name)
    table = spark.table(name)
    udf = mlflow.pyfunc.spark_udf(spark, "models:/doubler/1", result_type="double")
    scored = table.withColumn("p", udf(F.struct(*table.columns)))
    scored.write.format("delta").mode("overwrite").saveAsTable(f"{name}_scored")
    got = spark.table(f"{name}_scored").orderBy("x").toPandas()
    assert got["p"].tolist() == [2.5, 4.25, 6.0]
