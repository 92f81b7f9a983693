"""Which module has which task. A module is loaded with the first of its tasks: each brings its data libraries."""

import importlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from brickyard.errors import NotImplementedHere
from brickyard.worker.tasks import Task

MODULES: Mapping[str, str] = MappingProxyType(
    {
        "table_schema": "brickyard.worker.table_facts",
        "table_detail": "brickyard.worker.table_facts",
        "table_history": "brickyard.worker.table_facts",
        "table_sample": "brickyard.worker.table_rows",
    }
)


def find_task(name: str, modules: Mapping[str, str] = MODULES) -> Task[Any]:
    """
    Raises:
        NotImplementedHere: there is no such task.
    """
    if name not in modules:
        raise NotImplementedHere(f"The data worker has no task {name!r}.")
    tasks: tuple[Task[Any], ...] = importlib.import_module(modules[name]).TASKS
    return next(task for task in tasks if task.name == name)
