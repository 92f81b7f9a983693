"""MLflow tracking: experiments, runs, metrics, inputs, logged models. Each part has the file names of a slice."""
