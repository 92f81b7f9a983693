"""What runs in a model server process: load a model, form batches, predict, speak MLflow's scoring protocol.

This room also runs in environments that a model brings with it, where Brickyard is not installed: it imports nothing
but the standard library, mlflow with what mlflow brings, `brickyard.errors` and `brickyard.settings`.
"""
