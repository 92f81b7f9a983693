import pytest

from bench.figures import (
    Better,
    Figure,
    LimitTarget,
    Measured,
    RatioTarget,
    Sample,
    Verdict,
    judge,
    ratio,
)
from bench.tracking.peers import PEERS
from bench.tracking.plan import TARGETS, all_figures
from bench.tracking.scenarios import all_scenarios

FIGURES = {
    "rate": Figure(key="rate", title="rate", unit="requests/s", better=Better.HIGHER),
    "p99": Figure(key="p99", title="p99", unit="ms", better=Better.LOWER),
}
MEASURED: Measured = {
    "rate": {"brickyard": Sample.of([900, 1000, 1100]), "peer": Sample.of([200])},
    "p99": {"brickyard": Sample.of([15]), "peer": Sample.of([30])},
}


def test_a_sample_is_median_and_range() -> None:
    assert Sample.of([5, 1, 3, 100]) == Sample(median=4, lowest=1, highest=100)
    with pytest.raises(ValueError):
        Sample.of([])


def test_a_ratio_above_one_is_a_win_in_either_direction() -> None:
    assert ratio(Sample.of([10]), Sample.of([4]), Better.HIGHER) == 2.5
    assert ratio(Sample.of([4]), Sample.of([10]), Better.LOWER) == 2.5
    assert ratio(Sample.of([4]), Sample.of([0]), Better.HIGHER) == float("inf")


@pytest.mark.parametrize(
    ("target", "reached", "verdict"),
    [
        (RatioTarget(figure="rate", peer="peer", factor=5), 5.0, Verdict.MET),
        (RatioTarget(figure="rate", peer="peer", factor=5.01), 5.0, Verdict.MISSED),
        (RatioTarget(figure="p99", peer="peer", factor=2), 2.0, Verdict.MET),
        (RatioTarget(figure="rate", peer="absent", factor=1), None, Verdict.NOT_MEASURED),
        (LimitTarget(figure="p99", limit=15.1), 15.0, Verdict.MET),
        (LimitTarget(figure="p99", limit=15), 15.0, Verdict.MISSED),
        (LimitTarget(figure="absent", limit=15), None, Verdict.NOT_MEASURED),
    ],
)
def test_targets_are_judged_by_the_medians(
    target: RatioTarget | LimitTarget, reached: float | None, verdict: Verdict
) -> None:
    outcome = judge(target, FIGURES, MEASURED)
    assert (outcome.reached, outcome.verdict) == (reached, verdict)


def test_every_target_names_a_figure_and_a_server_of_the_bench() -> None:
    figures = all_figures(all_scenarios(10))
    assert {target.figure for target in TARGETS} <= figures.keys()
    assert {target.peer for target in TARGETS if isinstance(target, RatioTarget)} <= PEERS.keys()
