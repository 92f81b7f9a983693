"""Figures, targets and their arithmetic."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

PRODUCT = "brickyard"


class Better(StrEnum):
    """Which direction of a figure is better."""

    HIGHER = "higher"
    LOWER = "lower"


class Verdict(StrEnum):
    """What became of a target in this run."""

    MET = "met"
    MISSED = "MISSED"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One figure of one server over all windows."""

    median: float
    lowest: float
    highest: float

    @staticmethod
    def of(values: Sequence[float]) -> "Sample":
        """The sample of at least one value; raises ValueError for none."""
        if not values:
            raise ValueError("a sample needs at least one value")
        return Sample(median=statistics.median(values), lowest=min(values), highest=max(values))


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One row of the table: a quantity with its unit."""

    key: str
    title: str
    unit: str
    better: Better


@dataclass(frozen=True, kw_only=True, slots=True)
class RatioTarget:
    """The product is to be at least `factor` times as good as `peer`."""

    figure: str
    peer: str
    factor: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitTarget:
    """The product's figure is to be below `limit`, in the figure's unit."""

    figure: str
    limit: float


Target = RatioTarget | LimitTarget

# Figure key, then server name.
Measured = dict[str, dict[str, Sample]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A target and what was measured: a ratio for a RatioTarget, the figure itself for a LimitTarget."""

    target: Target
    reached: float | None
    verdict: Verdict


def ratio(product: Sample, peer: Sample, better: Better) -> float:
    """How many times as good the product's median is; above 1 the product wins. Infinite where a divisor is 0."""
    above, below = (product, peer) if better is Better.HIGHER else (peer, product)
    return above.median / below.median if below.median else float("inf")


def judge(target: Target, figures: dict[str, Figure], measured: Measured) -> Outcome:
    """Compare the medians with a target."""
    samples = measured.get(target.figure, {})
    product = samples.get(PRODUCT)
    if isinstance(target, LimitTarget):
        if product is None:
            return Outcome(target=target, reached=None, verdict=Verdict.NOT_MEASURED)
        met = product.median < target.limit
        return Outcome(target=target, reached=product.median, verdict=Verdict.MET if met else Verdict.MISSED)
    peer = samples.get(target.peer)
    if product is None or peer is None:
        return Outcome(target=target, reached=None, verdict=Verdict.NOT_MEASURED)
    reached = ratio(product, peer, figures[target.figure].better)
    return Outcome(target=target, reached=reached, verdict=Verdict.MET if reached >= target.factor else Verdict.MISSED)
