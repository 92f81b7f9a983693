"""What a model server has done, counted."""

from bisect import bisect_left
from dataclasses import dataclass, field

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the classes of latencies."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Since the model server was started.

    Attributes:
        requests: that were answered or failed.
        errors_4xx, errors_5xx: of these.
        latency_counts: how many took at most BUCKETS_S[i], and more than the bound before; the last class is the rest.
        latency_sum_s: of all.
        waiting: requests that are not answered yet.
        processes: that serve now.
        cpu_seconds, memory_bytes: of these processes; memory is what they do not share.
        restarts: of processes that had ended or grown.
    """

    requests: int
    errors_4xx: int
    errors_5xx: int
    latency_counts: tuple[int, ...]
    latency_sum_s: float
    waiting: int
    processes: int
    cpu_seconds: float
    memory_bytes: int
    restarts: int


@dataclass(slots=True)
class Counts:
    """Counts requests."""

    requests: int = 0
    errors_4xx: int = 0
    errors_5xx: int = 0
    latency_sum_s: float = 0.0
    restarts: int = 0
    latency_counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))

    def note(self, status: int, seconds: float) -> None:
        self.requests += 1
        self.latency_sum_s += seconds
        self.latency_counts[bisect_left(BUCKETS_S, seconds)] += 1
        if status >= 500:
            self.errors_5xx += 1
        elif status >= 400:
            self.errors_4xx += 1
