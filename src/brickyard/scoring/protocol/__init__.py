"""MLflow's scoring protocol: bodies to model input, predictions to bodies, errors to Databricks' form."""
