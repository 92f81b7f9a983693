"""EndpointCoreConfigInput without `name`: required since SDK 0.71, while Databricks' own examples leave it out."""

import functools
import inspect
from types import ModuleType
from typing import Any

MODULE = "databricks.sdk.service.serving"


def apply(module: ModuleType) -> None:
    """Give `name` the default None, which the request then leaves out."""
    cls = getattr(module, "EndpointCoreConfigInput", None)
    if cls is None:
        return
    original = cls.__init__
    name = inspect.signature(original).parameters.get("name")
    if name is None or name.default is not inspect.Parameter.empty:
        return

    @functools.wraps(original)
    def __init__(self: Any, name: str | None = None, *arguments: Any, **more: Any) -> None:
        original(self, name, *arguments, **more)

    signature = inspect.signature(original)
    parameters = [p.replace(default=None) if p.name == "name" else p for p in signature.parameters.values()]
    __init__.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    cls.__init__ = __init__
