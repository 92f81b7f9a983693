"""Log the model and write the table. Runs in `brickyard run`; parameters: rows, cores."""

import mlflow
from databricks.sdk.runtime import dbutils, spark

from bench.batch.data import many_customers, train_forest
from bench.batch.table import FEATURES, TABLE
from bench.notebooks import say_figures

rows, cores = int(dbutils.widgets.get("rows")), int(dbutils.widgets.get("cores"))
frame = many_customers(rows)
with mlflow.start_run():
    mlflow.sklearn.log_model(
        train_forest(cores), name="model", input_example=frame[FEATURES][:3], registered_model_name="forest"
    )
spark.createDataFrame(frame).write.mode("overwrite").saveAsTable(TABLE)
say_figures(rows=spark.table(TABLE).count())
