"""MLflow tracking: runs."""
