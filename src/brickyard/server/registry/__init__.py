"""The MLflow model registry: registered models and their versions."""
