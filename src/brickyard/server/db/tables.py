"""MLflow's tables, as far as our statements name them.

The columns and their types are those of the pinned MLflow (see mlflow_schema/); keys and indexes are left out, because
the tables are created from the schema files and not from here. A test compares the columns with a fresh database.
"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, MetaData, String, Table, Text

METADATA = MetaData()


def _table(name: str, *columns: Column[object]) -> Table:
    return Table(name, METADATA, *columns)


def _key(kind: type = String) -> Column[object]:
    return Column("key", kind, primary_key=True)


experiments = _table(
    "experiments",
    Column("experiment_id", Integer, primary_key=True),
    Column("name", String),
    Column("artifact_location", String),
    Column("lifecycle_stage", String),
    Column("creation_time", BigInteger),
    Column("last_update_time", BigInteger),
    Column("workspace", String),
)
experiment_tags = _table(
    "experiment_tags", _key(), Column("value", Text), Column("experiment_id", Integer, primary_key=True)
)
runs = _table(
    "runs",
    Column("run_uuid", String, primary_key=True),
    Column("name", String),
    Column("source_type", String),
    Column("source_name", String),
    Column("entry_point_name", String),
    Column("user_id", String),
    Column("status", String),
    Column("start_time", BigInteger),
    Column("end_time", BigInteger),
    Column("source_version", String),
    Column("lifecycle_stage", String),
    Column("artifact_uri", String),
    Column("experiment_id", Integer),
    Column("deleted_time", BigInteger),
)
metrics = _table(
    "metrics",
    _key(),
    Column("value", Float),
    Column("timestamp", BigInteger, primary_key=True),
    Column("run_uuid", String, primary_key=True),
    Column("step", BigInteger, primary_key=True),
    Column("is_nan", Boolean, primary_key=True),
)
latest_metrics = _table(
    "latest_metrics",
    _key(),
    Column("value", Float),
    Column("timestamp", BigInteger),
    Column("step", BigInteger),
    Column("is_nan", Boolean),
    Column("run_uuid", String, primary_key=True),
)
params = _table("params", _key(), Column("value", String), Column("run_uuid", String, primary_key=True))
tags = _table("tags", _key(), Column("value", String), Column("run_uuid", String, primary_key=True))
datasets = _table(
    "datasets",
    Column("dataset_uuid", String),
    Column("experiment_id", Integer, primary_key=True),
    Column("name", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("dataset_source_type", String),
    Column("dataset_source", Text),
    Column("dataset_schema", Text),
    Column("dataset_profile", Text),
)
inputs = _table(
    "inputs",
    Column("input_uuid", String),
    Column("source_type", String, primary_key=True),
    Column("source_id", String, primary_key=True),
    Column("destination_type", String, primary_key=True),
    Column("destination_id", String, primary_key=True),
    Column("step", BigInteger),
)
input_tags = _table(
    "input_tags",
    Column("input_uuid", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", String),
)
logged_models = _table(
    "logged_models",
    Column("model_id", String, primary_key=True),
    Column("experiment_id", Integer),
    Column("name", String),
    Column("artifact_location", String),
    Column("creation_timestamp_ms", BigInteger),
    Column("last_updated_timestamp_ms", BigInteger),
    Column("status", Integer),
    Column("lifecycle_stage", String),
    Column("model_type", String),
    Column("source_run_id", String),
    Column("status_message", String),
)
logged_model_metrics = _table(
    "logged_model_metrics",
    Column("model_id", String, primary_key=True),
    Column("metric_name", String, primary_key=True),
    Column("metric_timestamp_ms", BigInteger, primary_key=True),
    Column("metric_step", BigInteger, primary_key=True),
    Column("metric_value", Float),
    Column("experiment_id", Integer),
    Column("run_id", String, primary_key=True),
    Column("dataset_uuid", String),
    Column("dataset_name", String),
    Column("dataset_digest", String),
)
logged_model_params = _table(
    "logged_model_params",
    Column("model_id", String, primary_key=True),
    Column("experiment_id", Integer),
    Column("param_key", String, primary_key=True),
    Column("param_value", Text),
)
logged_model_tags = _table(
    "logged_model_tags",
    Column("model_id", String, primary_key=True),
    Column("experiment_id", Integer),
    Column("tag_key", String, primary_key=True),
    Column("tag_value", Text),
)
registered_models = _table(
    "registered_models",
    Column("name", String, primary_key=True),
    Column("creation_time", BigInteger),
    Column("last_updated_time", BigInteger),
    Column("description", String),
    Column("workspace", String, primary_key=True),
)
registered_model_tags = _table(
    "registered_model_tags",
    _key(),
    Column("value", String),
    Column("name", String, primary_key=True),
    Column("workspace", String, primary_key=True),
)
registered_model_aliases = _table(
    "registered_model_aliases",
    Column("alias", String, primary_key=True),
    Column("version", Integer),
    Column("name", String, primary_key=True),
    Column("workspace", String, primary_key=True),
)
model_versions = _table(
    "model_versions",
    Column("name", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("creation_time", BigInteger),
    Column("last_updated_time", BigInteger),
    Column("description", String),
    Column("user_id", String),
    Column("current_stage", String),
    Column("source", String),
    Column("run_id", String),
    Column("status", String),
    Column("status_message", String),
    Column("run_link", String),
    Column("storage_location", String),
    Column("workspace", String, primary_key=True),
)
model_version_tags = _table(
    "model_version_tags",
    _key(),
    Column("value", String),
    Column("name", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("workspace", String, primary_key=True),
)
