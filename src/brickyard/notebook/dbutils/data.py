"""dbutils.data: a quick look at a table's columns."""

from typing import Any

from brickyard.errors import InvalidParameterValue
from brickyard.notebook.dbutils.help import Documented
from brickyard.notebook.display import display

_NUMBER_TYPES = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")


class Data(Documented):
    """A quick look at data."""

    title = "dbutils.data"

    def summarize(self, df: Any, precise: bool = False) -> None:
        """Show, for each column: type, rows, missing, distinct, mean, standard deviation, smallest, largest.

        Args:
            df: a Spark or pandas DataFrame.
            precise: count distinct values exactly instead of by estimate (Spark).

        Raises:
            InvalidParameterValue: neither kind of DataFrame, or a streaming one.
        """
        if hasattr(df, "sparkSession"):
            display(_summary_of_spark(df, precise))
        elif hasattr(df, "describe") and hasattr(df, "dtypes"):
            display(_summary_of_pandas(df))
        else:
            raise InvalidParameterValue(f"df must be a Spark or pandas DataFrame, not {type(df).__name__}")


def _summary_of_pandas(frame: Any) -> list[dict[str, Any]]:
    rows = []
    for name in frame.columns:
        column = frame[name]
        is_number = column.dtype.kind in "iuf"
        present = column.dropna()
        is_ordered = column.dtype.kind in "iufbM" or present.map(type).nunique() == 1
        rows.append(
            {
                "column": str(name),
                "type": str(column.dtype),
                "count": len(present),
                "missing": len(column) - len(present),
                "distinct": int(present.astype(str).nunique() if column.dtype == object else present.nunique()),
                "mean": float(present.mean()) if is_number and len(present) else None,
                "stddev": float(present.std()) if is_number and len(present) > 1 else None,
                "min": str(present.min()) if is_ordered and len(present) else None,
                "max": str(present.max()) if is_ordered and len(present) else None,
            }
        )
    return rows


def _estimated_distinct(column: Any) -> Any:
    """Over texts: not every engine estimates over every type."""
    from pyspark.sql import functions as F

    return F.approx_count_distinct(column.cast("string"))


def _summary_of_spark(frame: Any, precise: bool) -> list[dict[str, Any]]:
    """One query for all columns."""
    from pyspark.sql import functions as F

    if frame.isStreaming:
        raise InvalidParameterValue("df is a streaming DataFrame: write it to a table and summarize that")
    distinct = F.count_distinct if precise else _estimated_distinct
    wanted: list[Any] = [F.count(F.lit(1)).alias("rows")]
    for i, (name, kind) in enumerate(frame.dtypes):
        column = F.col(f"`{name.replace('`', '``')}`")
        is_number, is_plain = kind.startswith(_NUMBER_TYPES), not kind.startswith(("array", "map", "struct", "binary"))
        none = F.lit(None)
        wanted += [
            F.count(column).alias(f"count_{i}"),
            (distinct(column) if is_plain else none).alias(f"distinct_{i}"),
            (F.mean(column) if is_number else none).alias(f"mean_{i}"),
            (F.stddev(column) if is_number else none).alias(f"stddev_{i}"),
            (F.min(column).cast("string") if is_plain else none).alias(f"min_{i}"),
            (F.max(column).cast("string") if is_plain else none).alias(f"max_{i}"),
        ]
    found = frame.agg(*wanted).collect()[0].asDict()
    return [
        {
            "column": name,
            "type": kind,
            "count": found[f"count_{i}"],
            "missing": found["rows"] - found[f"count_{i}"],
            **{key: found[f"{key}_{i}"] for key in ("distinct", "mean", "stddev", "min", "max")},
        }
        for i, (name, kind) in enumerate(frame.dtypes)
    ]
