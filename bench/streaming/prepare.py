"""Write the events. Runs in `brickyard run`; parameter: rows."""

from databricks.sdk.runtime import dbutils, spark

from bench.notebooks import say_figures
from bench.streaming.job import events

events(spark, int(dbutils.widgets.get("rows"))).write.format("delta").saveAsTable("main.default.events")
say_figures(rows=spark.table("main.default.events").count())
