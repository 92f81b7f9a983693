"""What the console's home page shows."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """How much there is."""

    experiments: int
    runs: int
    running: int
    models: int
    tables: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RecentRun:
    """A run and its experiment; the time in milliseconds since the epoch."""

    run_id: str
    experiment_id: int
    experiment: str
    name: str
    status: str
    started_at: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attention:
    """Something that a person should look at, and where."""

    text: str
    link: str
