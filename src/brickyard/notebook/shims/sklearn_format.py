"""mlflow.sklearn saves with cloudpickle, as on Databricks.

Over plain http MLflow 3.17 takes skops, and skops refuses every tree and forest when the model is loaded again.
"""

import logging
from types import ModuleType

MODULE = "mlflow.sklearn"
_CAUTION = "Saving scikit-learn models in the pickle or cloudpickle format"


def apply(module: ModuleType) -> None:
    """Make cloudpickle the default format, and leave out MLflow's caution about it, which Databricks leaves out too."""
    cloudpickle = getattr(module, "SERIALIZATION_FORMAT_CLOUDPICKLE", None)
    if cloudpickle is None or not hasattr(module, "_get_default_serialization_format"):
        return
    module._get_default_serialization_format = lambda: cloudpickle  # type: ignore[attr-defined]
    logger = getattr(module, "_logger", None)
    if isinstance(logger, logging.Logger) and _is_no_caution not in logger.filters:
        logger.addFilter(_is_no_caution)


def _is_no_caution(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_CAUTION)
