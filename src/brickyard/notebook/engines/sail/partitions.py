"""Overwriting the partitions that the data have, and no others. Sail takes partitionOverwriteMode for granted and
overwrites the whole table, so the partitions are found first and overwritten by a condition."""

from collections.abc import Sequence
from functools import partial

import pyspark.sql.connect.proto as pb
from pyspark.sql.types import StringType, StructType

from brickyard.notebook.engines import plans
from brickyard.notebook.engines.plans import EngineCalls

CONF = "spark.sql.sources.partitionOverwriteMode"


def is_dynamic(calls: EngineCalls) -> bool:
    """Whether the session's configuration asks for it."""
    return (calls.configuration(CONF) or "").lower() == "dynamic"


def partitions_of(
    calls: EngineCalls, source: pb.Relation, partition_by: Sequence[str], target: StructType
) -> pb.Expression | None:
    """A condition that holds for the table's partitions which the data have; None: there are no data.

    Args:
        source: the data, with the table's columns. They are computed once for this, and again for the write.
    """
    text = StringType()
    names = [plans.alias(plans.cast(plans.column(name), text), name) for name in partition_by]
    distinct = pb.Relation()
    distinct.deduplicate.input.CopyFrom(plans.project(source, names))
    distinct.deduplicate.all_columns_as_keys = True
    found = calls.rows(distinct)
    if not found:
        return None
    same = partial(plans.call, "<=>")
    conditions = []
    for row in found:
        equal = [
            same(plans.column(name), plans.cast(plans.text(value), target[name].dataType))
            for name, value in zip(partition_by, row.values(), strict=True)
        ]
        conditions.append(_joined("and", equal))
    return _joined("or", conditions)


def _joined(operator: str, parts: Sequence[pb.Expression]) -> pb.Expression:
    """Joined as a balanced tree: a chain of thousands would be too deep to be read."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return plans.call(operator, _joined(operator, parts[:middle]), _joined(operator, parts[middle:]))
