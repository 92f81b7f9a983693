"""The stock MLflow server behind every MLflow route that is not native: started on demand, stopped when idle."""
