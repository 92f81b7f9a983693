"""MLflow's artifacts, sent through the server."""
