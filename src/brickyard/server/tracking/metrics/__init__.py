"""MLflow tracking: metrics."""
