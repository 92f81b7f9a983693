"""MLflow tracking: experiments."""
