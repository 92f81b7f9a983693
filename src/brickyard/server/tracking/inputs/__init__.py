"""MLflow tracking: the data sets and models that runs use, and the models that they make."""
