# Databricks notebook source
# MAGIC %md
# MAGIC # Telco churn: from a CSV file to scored customers
# MAGIC Raw CSV -> Delta tables -> tracked training -> evaluation and a gate -> registry -> Production -> batch scoring.
# MAGIC
# MAGIC `main.churn.raw` and `main.churn.features` are written anew by each run, `main.churn.predictions` too;
# MAGIC each run is a new version of the tables and of the model `telco-churn`.

# COMMAND ----------

import json
import logging
import os
import warnings

import matplotlib

matplotlib.use("Agg")  # pictures go to the run, not to a window

import matplotlib.pyplot as plt
import mlflow
import pandas as pd
import sklearn
from mlflow import MlflowClient
from mlflow.models import MetricThreshold, infer_signature
from pyspark.sql import functions as F
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.inspection import permutation_importance
from sklearn.metrics import ConfusionMatrixDisplay, RocCurveDisplay
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# What the libraries say about their own progress and releases is left out; errors are still told.
logging.getLogger("mlflow").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", category=FutureWarning)  # of MLflow on stages, of scikit-learn on what MLflow calls
warnings.filterwarnings("ignore", category=UndefinedMetricWarning)  # the baseline predicts no churn: no precision
warnings.filterwarnings("ignore", message="Hint: Inferred schema")  # an integer label
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
os.environ["MLFLOW_UV_AUTO_DETECT"] = "false"  # the requirements of the models are given below

SCHEMA = "main.churn"
MODEL = "telco-churn"
EXPERIMENT = "/Shared/telco-churn"
LABEL = "churned"

dbutils.widgets.text("csv", os.path.join(os.getcwd(), "telco_churn.csv"))
dbutils.widgets.text("trees", "120")


def step(title):
    print(f"▸ {title}", flush=True)


def newest_version(table):
    return spark.sql(f"DESCRIBE HISTORY {table}").agg(F.max("version")).first()[0]


# COMMAND ----------

# MAGIC %md
# MAGIC ## The tables

# COMMAND ----------

step("Load the CSV file into main.churn.raw")
dbutils.fs.cp("file:" + os.path.abspath(dbutils.widgets.get("csv")), "dbfs:/churn/telco_churn.csv")
raw = spark.read.option("header", True).csv("dbfs:/churn/telco_churn.csv")
spark.sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
raw.write.format("delta").mode("overwrite").saveAsTable(f"{SCHEMA}.raw")

# COMMAND ----------

step("Compute the features: main.churn.features")
features = (
    spark.table(f"{SCHEMA}.raw")
    .withColumn("tenure", F.col("tenure").cast("double"))
    .withColumn("MonthlyCharges", F.col("MonthlyCharges").cast("double"))
    # Blank for customers who have not had their first bill.
    .withColumn("TotalCharges", F.coalesce(F.expr("try_cast(TotalCharges AS double)"), F.lit(0.0)))
    .withColumn(LABEL, (F.col("Churn") == "Yes").cast("int"))
    .drop("Churn")
)
features.write.format("delta").mode("overwrite").saveAsTable(f"{SCHEMA}.features")
features_table = spark.table(f"{SCHEMA}.features")
customers = features_table.orderBy("customerID").toPandas()

# COMMAND ----------

# MAGIC %md
# MAGIC ## The model
# MAGIC A fifth of the customers is held out: they judge the model and never train it.

# COMMAND ----------

step("Train, with autologging and plots")
numbers = ["tenure", "MonthlyCharges", "TotalCharges"]
columns = [name for name in customers.columns if name not in ("customerID", LABEL)]
categories = [name for name in columns if name not in numbers]
training, held_out = train_test_split(
    customers[[*columns, LABEL]], test_size=0.2, random_state=7, stratify=customers[LABEL]
)


def pipeline(classifier):
    preparation = ColumnTransformer(
        [("numbers", StandardScaler(), numbers), ("categories", OneHotEncoder(handle_unknown="ignore"), categories)]
    )
    return Pipeline([("preparation", preparation), ("classifier", classifier)])


def log_plots(model):
    """Confusion matrix, ROC curve and feature importance on the held-out customers."""
    X, y = held_out[columns], held_out[LABEL]
    figure, axes = plt.subplots()
    ConfusionMatrixDisplay.from_estimator(model, X, y, display_labels=["stays", "leaves"], ax=axes)
    mlflow.log_figure(figure, "plots/confusion_matrix.png")
    figure, axes = plt.subplots()
    RocCurveDisplay.from_estimator(model, X, y, plot_chance_level=True, ax=axes)
    mlflow.log_figure(figure, "plots/roc_curve.png")
    importance = permutation_importance(model, X, y, scoring="roc_auc", n_repeats=3, random_state=7)
    order = importance.importances_mean.argsort()
    figure, axes = plt.subplots(figsize=(7, 6))
    axes.barh([columns[i] for i in order], importance.importances_mean[order])
    axes.set_xlabel("loss of ROC AUC when the column is shuffled")
    figure.tight_layout()
    mlflow.log_figure(figure, "plots/feature_importance.png")
    plt.close("all")


def log_model(model, name):
    example = training[columns].head()
    return mlflow.sklearn.log_model(
        model,
        name=name,
        # The answer is both probabilities: of staying and of leaving.
        pyfunc_predict_fn="predict_proba",
        signature=infer_signature(example, model.predict_proba(example)),
        # Named, so that MLflow need not load the model in a second process to find them.
        pip_requirements=[f"scikit-learn=={sklearn.__version__}", f"pandas=={pd.__version__}"],
    )


mlflow.set_experiment(EXPERIMENT)
# The model is logged below, with its signature and its requirements.
mlflow.sklearn.autolog(log_models=False, log_datasets=False)
with mlflow.start_run(run_name="gradient-boosting") as run:
    table, newest = f"{SCHEMA}.features", newest_version(f"{SCHEMA}.features")
    source = mlflow.data.from_spark(features_table, table_name=table, version=newest, name=f"{table}@v{newest}")
    mlflow.log_input(source, context="training")
    model = pipeline(GradientBoostingClassifier(n_estimators=int(dbutils.widgets.get("trees")), random_state=7))
    model.fit(training[columns], training[LABEL])
    log_plots(model)
    candidate = log_model(model, "model")

# COMMAND ----------

# MAGIC %md
# MAGIC ## The gate
# MAGIC The candidate must be clearly better than to call every customer loyal.

# COMMAND ----------

step("Evaluate on held-out customers, beside a baseline")
mlflow.sklearn.autolog(disable=True)
with mlflow.start_run(run_name="baseline"):
    majority = pipeline(DummyClassifier(strategy="prior")).fit(training[columns], training[LABEL])
    baseline = log_model(majority, "model")


def evaluate(model_uri):
    return mlflow.models.evaluate(
        model_uri,
        held_out,
        targets=LABEL,
        model_type="classifier",
        evaluator_config={"log_model_explainability": False},
    )


with mlflow.start_run(run_id=baseline.run_id):
    baseline_result = evaluate(baseline.model_uri)
with mlflow.start_run(run_id=run.info.run_id):
    candidate_result = evaluate(candidate.model_uri)

# COMMAND ----------

step("Pass the validation gate")
THRESHOLDS = {
    "accuracy_score": MetricThreshold(threshold=0.75, min_absolute_change=0.03, greater_is_better=True),
    "roc_auc": MetricThreshold(threshold=0.8, min_absolute_change=0.2, greater_is_better=True),
    "recall_score": MetricThreshold(threshold=0.4, greater_is_better=True),
}
mlflow.validate_evaluation_results(
    candidate_result=candidate_result, baseline_result=baseline_result, validation_thresholds=THRESHOLDS
)

# COMMAND ----------

# MAGIC %md
# MAGIC ## The registry

# COMMAND ----------

step("Register, and promote: Staging, then Production")
client = MlflowClient()
version = mlflow.register_model(candidate.model_uri, MODEL).version
client.transition_model_version_stage(MODEL, version, "Staging")
client.transition_model_version_stage(MODEL, version, "Production", archive_existing_versions=True)
client.set_registered_model_alias(MODEL, "champion", version)

# COMMAND ----------

# MAGIC %md
# MAGIC ## Batch scoring

# COMMAND ----------

step("Score all customers into main.churn.predictions")
churn_model = mlflow.pyfunc.spark_udf(spark, f"models:/{MODEL}/Production", result_type="array<double>")
predictions = features_table.select(
    "customerID",
    churn_model(F.struct(*columns))[1].alias("churn_probability"),
    F.lit(int(version)).alias("model_version"),
)
predictions.write.format("delta").mode("overwrite").saveAsTable(f"{SCHEMA}.predictions")

# COMMAND ----------

step("Read the result back")
scored = spark.table(f"{SCHEMA}.predictions")
METRICS = {"accuracy": "accuracy_score", "roc_auc": "roc_auc", "precision": "precision_score", "recall": "recall_score"}
quality = {name: candidate_result.metrics[metric] for name, metric in METRICS.items()}
result = {
    **quality,
    "baseline": {name: baseline_result.metrics[metric] for name, metric in METRICS.items()},
    "held_out_customers": len(held_out),
    "scored_customers": scored.count(),
    "at_risk_customers": scored.where("churn_probability >= 0.5").count(),
    "table": f"{SCHEMA}.predictions",
    "table_version": newest_version(f"{SCHEMA}.predictions"),
    "model": MODEL,
    "model_version": int(version),
    "run_id": run.info.run_id,
    "experiment_id": run.info.experiment_id,
}
display(pd.DataFrame({"metric": quality.keys(), "held out": quality.values(), "baseline": result["baseline"].values()}))
display(scored.orderBy(F.desc("churn_probability")).limit(5))

# COMMAND ----------

dbutils.notebook.exit(json.dumps(result))
