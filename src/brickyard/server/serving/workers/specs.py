"""What a served entity needs to be served, and what is told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

UNITS_PER_WORKER = 4
"""Units of provisioned concurrency that one process serves: those of the smallest workload size."""
REQUESTS_PER_UNIT = 64


class Answer(NamedTuple):
    """What the model server answers to one request."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerSpec:
    """A served entity.

    Attributes:
        endpoint: its endpoint's name.
        served_entity: its name, unique in the endpoint.
        model_path: the folder of the model's files.
        units: of provisioned concurrency (Small 4, Medium 16, Large 64).
        scale_to_zero: whether its processes end when it is idle.
        environment_vars: of its processes, secrets filled in.
        force_pyfunc: whether it must be computed by the model itself.
    """

    endpoint: str
    served_entity: str
    model_path: Path
    units: int = UNITS_PER_WORKER
    scale_to_zero: bool = False
    environment_vars: Mapping[str, str] = field(default_factory=dict)
    force_pyfunc: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How model servers are run.

    Attributes:
        request_s: seconds from a request's arrival to its answer.
        load_s: seconds that a model may take to be loaded.
        idle_s: seconds without a request until a model server that may scale to zero does.
        stop_s: seconds that a process may take to end after SIGTERM.
        memory_mb: MiB of data that one process may hold; an allocation beyond it fails (Linux). 0: no limit.
        growth_mb: MiB that a process may grow beyond what it held when it was ready; then it is replaced.
        check_s: seconds between two looks at idleness and memory.
    """

    request_s: float = 297.0
    load_s: float = 600.0
    idle_s: float = 1800.0
    stop_s: float = 5.0
    memory_mb: int = 8192
    growth_mb: int = 1024
    check_s: float = 5.0
