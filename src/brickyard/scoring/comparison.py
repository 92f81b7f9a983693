"""Whether two predictions are the same but for rounding."""

import math
from typing import Any

RELATIVE = 1e-9
RELATIVE_SINGLE = 1e-4
"""For numbers of single precision: a sum of some thousand terms in another order."""


def same(one: Any, other: Any, *, single: bool = False) -> bool:
    """Compare values as they go into JSON: numbers within rounding of their own size, everything else exactly.

    Args:
        single: whether the numbers have single precision.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name], single=single) for name in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(same(a, b, single=single) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        tolerance = RELATIVE_SINGLE if single else RELATIVE
        return (
            one == other
            or (math.isnan(one) and math.isnan(other))
            or math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance / 100)
        )
    return bool(type(one) is type(other) and one == other)
