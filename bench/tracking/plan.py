"""Which figures are taken and what they are to reach."""

from collections.abc import Iterable

from bench.figures import Better, Figure, LimitTarget, RatioTarget, Target
from bench.tracking.scenarios import Scenario

START = Figure(key="start", title="start to first answer, fresh home", unit="s", better=Better.LOWER)
MEMORY = Figure(key="memory", title="idle memory after the start (PSS, all processes)", unit="MB", better=Better.LOWER)

# FastTrackML with fsync is the equal in durability and so the one to compare with; the one as shipped is reported too.
TARGETS: tuple[Target, ...] = (
    RatioTarget(figure="log-metric rate", peer="fasttrackml-fsync", factor=5),
    RatioTarget(figure="log-metric rate", peer="fasttrackml", factor=5),
    RatioTarget(figure="log-metric rate", peer="mlflow", factor=150),
    LimitTarget(figure="log-metric p99", limit=15),
    *(
        RatioTarget(figure=f"{name} rate", peer=peer, factor=factor)
        for name, factor in (
            ("log-batch", 3),
            ("log-batch-wide", 3),
            ("runs-create", 2),
            ("search", 3),
            ("search-latest", 3),
        )
        for peer in ("fasttrackml-fsync", "fasttrackml")
    ),
    LimitTarget(figure="start", limit=1.5),
    LimitTarget(figure="memory", limit=120),
)


def load_figures(scenario: Scenario) -> tuple[Figure, Figure, Figure, Figure]:
    """Rate, median latency, 99th percentile and the server's CPU time per request of one scenario."""
    name, title = scenario.name, scenario.title
    return (
        Figure(key=f"{name} rate", title=title, unit="requests/s", better=Better.HIGHER),
        Figure(key=f"{name} p50", title=f"{name}, p50", unit="ms", better=Better.LOWER),
        Figure(key=f"{name} p99", title=f"{name}, p99", unit="ms", better=Better.LOWER),
        Figure(key=f"{name} cpu", title=f"{name}, server CPU per request", unit="ms", better=Better.LOWER),
    )


def all_figures(scenarios: Iterable[Scenario]) -> dict[str, Figure]:
    """Every figure by its key, in the order of the table."""
    figures = [figure for scenario in scenarios for figure in load_figures(scenario)]
    return {figure.key: figure for figure in [*figures, START, MEMORY]}
