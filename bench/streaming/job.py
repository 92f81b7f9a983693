"""The stream that is measured: score events with a formula, append them. Engine and place are the caller's."""

import time
from collections.abc import Callable
from typing import Any

PASSES = 3
FILES = 40


def events(spark: Any, rows: int) -> Any:
    """`rows` events of customers as a batch DataFrame: id, tenure, charges, calls."""
    return spark.range(0, rows, 1, FILES).selectExpr(
        "id AS customer_id",
        "cast(id % 72 AS double) AS tenure",
        "cast(18 + (id * 37) % 100 AS double) AS monthly_charges",
        "cast((id * 13) % 9 AS int) AS calls",
    )


def scored(stream: Any) -> Any:
    """The events with a risk between 0 and 1: a logistic regression written as SQL."""
    return stream.selectExpr("*", "1 / (1 + exp(0.05 * tenure - 0.02 * monthly_charges - 0.3 * calls)) AS churn_risk")


def run_stream(query: Callable[[], Any]) -> float:
    """Start a query that ends by itself (availableNow) and wait; seconds from the call to its end."""
    begun = time.perf_counter()
    query().awaitTermination()
    return time.perf_counter() - begun
