"""Score the table with spark_udf, three times. Runs in `brickyard run`."""

import time

import mlflow
from databricks.sdk.runtime import spark
from pyspark.sql.functions import struct, sum

from bench.batch.table import FEATURES, TABLE
from bench.notebooks import say_figures

predict = mlflow.pyfunc.spark_udf(spark, "models:/forest/1", result_type="double")
seconds, churners = [], 0.0
for _ in range(3):
    begun = time.perf_counter()
    scored = spark.table(TABLE).select(predict(struct(*FEATURES)).alias("churn"))
    [[churners]] = scored.agg(sum("churn")).collect()
    seconds.append(time.perf_counter() - begun)
say_figures(first=seconds[0], second=seconds[1], third=seconds[2], churners=churners)
