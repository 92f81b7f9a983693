"""The stream by table names. Runs in `brickyard run`; parameter: round."""

from databricks.sdk.runtime import dbutils, spark

from bench.notebooks import say_figures
from bench.streaming.job import PASSES, run_stream, scored

seconds, rows = [], 0
for number in range(PASSES):
    place = f"r{dbutils.widgets.get('round')}_{number}"
    stream = scored(spark.readStream.table("main.default.events"))
    writer = (
        stream.writeStream.format("delta")
        .outputMode("append")
        .option("checkpointLocation", f"dbfs:/checkpoints/{place}")
        .trigger(availableNow=True)
    )
    seconds.append(run_stream(lambda: writer.toTable(f"main.default.scored_{place}")))  # noqa: B023 - called at once
    rows = spark.table(f"main.default.scored_{place}").count()
    spark.sql(f"DROP TABLE main.default.scored_{place}")
say_figures(first=seconds[0], second=seconds[1], third=seconds[2], rows=rows)
