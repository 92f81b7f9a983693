# Databricks notebook source
# MAGIC %md
# MAGIC # Customers call
# MAGIC Appends events of the next `count` customers of `main.churn.features` to `main.streaming.customer_events`.

# COMMAND ----------

dbutils.widgets.text("count", "400")

spark.sql("CREATE SCHEMA IF NOT EXISTS main.streaming")
EVENTS = "main.streaming.customer_events"
known = spark.table(EVENTS).count() if spark.catalog.tableExists(EVENTS) else 0
customers = spark.table("main.churn.features").drop("churned").orderBy("customerID")
arriving = customers.offset(known).limit(int(dbutils.widgets.get("count")))
arriving.write.format("delta").mode("append").saveAsTable(EVENTS)

# COMMAND ----------

print(f"{EVENTS}: {known} events, then {spark.table(EVENTS).count()}")
