"""Numbers in JSON by protobuf's rules: a double that JSON cannot write is a string."""

import math

MAX_DOUBLE = 1.7976931348623157e308


def json_double(value: float) -> float | str:
    """The value as JSON takes it: NaN and the infinities as strings."""
    if math.isfinite(value):
        return value
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
