# Databricks notebook source
# MAGIC %md
# MAGIC # Streaming inference
# MAGIC Scores what has arrived in `main.streaming.customer_events` with the Production version of `telco-churn`.
# MAGIC The checkpoint remembers what was read: each event is scored once, however often this runs or is stopped.

# COMMAND ----------

import mlflow
from pyspark.sql.functions import current_timestamp, struct

dbutils.widgets.dropdown("trigger", "available now", ["available now", "every 5 seconds"])

churn_model = mlflow.pyfunc.spark_udf(spark, "models:/telco-churn/Production", result_type="array<double>")
events = spark.readStream.format("delta").table("main.streaming.customer_events")
columns = [name for name in events.columns if name != "customerID"]
predictions = events.select(
    "customerID",
    churn_model(struct(*columns))[1].alias("churn_risk"),
    current_timestamp().alias("scored_at"),
)

# COMMAND ----------

now = dbutils.widgets.get("trigger") == "available now"
query = (
    predictions.writeStream.format("delta")
    .queryName("churn")
    .outputMode("append")
    .option("checkpointLocation", "/mnt/checkpoints/streaming_example")
    .trigger(**({"availableNow": True} if now else {"processingTime": "5 seconds"}))
    .toTable("main.streaming.churn_predictions")
)
query.awaitTermination()

# COMMAND ----------

scored = spark.table("main.streaming.churn_predictions")
customers = scored.select("customerID").distinct().count()
print(f"main.streaming.churn_predictions: {scored.count()} rows, {customers} customers")
display(scored.orderBy("churn_risk", ascending=False).limit(10))
