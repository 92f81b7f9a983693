"""MLflow tracking: logged models, the models that runs make."""
