"""What a run records of its source, environment and tables: MLflow's run context, and the end of a run."""

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from brickyard.notebook.provenance import Provenance


def shims(provenance: Provenance) -> tuple[tuple[str, Callable[[ModuleType], None]], ...]:
    """The changes that make MLflow ask a process's provenance."""

    def at_start(module: ModuleType) -> None:
        registry = module._run_context_provider_registry
        if provenance not in list(registry):
            registry.register(lambda: provenance)

    def at_end(module: ModuleType) -> None:
        client = module.MlflowClient
        if hasattr(client.set_terminated, "__wrapped__"):
            return
        original = client.set_terminated

        @functools.wraps(original)
        def set_terminated(self: Any, run_id: str, *arguments: Any, **more: Any) -> None:
            provenance.finish(self, run_id)
            original(self, run_id, *arguments, **more)

        client.set_terminated = set_terminated

    return (("mlflow.tracking.context.registry", at_start), ("mlflow.tracking.client", at_end))
