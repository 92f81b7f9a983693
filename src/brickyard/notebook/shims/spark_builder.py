"""`SparkSession.builder.getOrCreate()` starts the notebook's session where it is the first to ask for one.

Modules that a script imports write this, and so does MLflow. A builder with an address of its own is left alone.
"""

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from brickyard.settings import environment_variable

MODULE = "pyspark.sql.session"


def shim(start: Callable[[], object]) -> tuple[str, Callable[[ModuleType], None]]:
    """The change; `start` makes the session the one of this process."""

    def apply(module: ModuleType) -> None:
        builder = module.SparkSession.Builder
        original = builder.getOrCreate
        if hasattr(original, "__wrapped__"):
            return

        @functools.wraps(original)
        def getOrCreate(self: Any) -> Any:
            if "spark.remote" not in self._options and not environment_variable("SPARK_REMOTE"):
                start()
            return original(self)

        builder.getOrCreate = getOrCreate

    return MODULE, apply
