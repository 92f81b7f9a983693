"""dbutils.jobs: values that tasks of one job run give each other."""

import json

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.dbutils.help import Documented

LARGEST_VALUE = 48 * 1024


class TaskValues(Documented):
    """Values between the tasks of a job run. Outside a job they are checked and dropped, as on Databricks."""

    title = "dbutils.jobs.taskValues"

    def set(self, key: str, value: object) -> None:
        """Leave a value for later tasks.

        Raises:
            InvalidParameterValue: the value is not JSON, or longer than 48 KiB.
        """
        try:
            text = json.dumps(value)
        except (TypeError, ValueError) as error:
            raise InvalidParameterValue(f"value of {key!r} must be what JSON can hold: {error}") from None
        if len(text.encode()) > LARGEST_VALUE:
            raise InvalidParameterValue(
                f"value of {key!r} is longer than 48 KiB as JSON: store it in a table or a file"
            )

    def get(self, taskKey: str, key: str, default: object = None, debugValue: object = None) -> object:
        """The value that a task left. Outside a job: debugValue.

        Raises:
            TypeError: outside a job, without a debugValue.
        """
        if debugValue is None:
            raise TypeError(
                f"Must pass debugValue when calling get outside of a job context: taskValues.get({taskKey!r}, {key!r})"
            )
        return debugValue


class Jobs(Documented):
    """Tools for job tasks."""

    title = "dbutils.jobs"

    def __init__(self) -> None:
        self.taskValues = TaskValues()
