"""What Sail cannot do fails as the table of gaps says, so that the documentation tells the truth."""

import re

import pytest
from pyspark.errors import PySparkException
from pyspark.sql.connect.session import SparkSession

from brickyard.notebook.engines.base import Gap
from brickyard.notebook.engines.sail.gaps import GAPS, STATEMENTS, gap


@pytest.mark.parametrize("row", [row for row in GAPS if row.example], ids=lambda row: row.feature)
def test_the_example_fails_with_the_error(row: Gap, spark: SparkSession, name: str) -> None:
    spark.range(3).write.saveAsTable(name)
    with pytest.raises(PySparkException, match=re.escape(row.error)):
        _run(row.example, spark, name)
    assert spark.table(name).count() == 3


def _run(example: str, spark: SparkSession, table: str) -> None:
    if example.startswith("spark."):
        eval(example, {"spark": spark, "table": table})
    else:
        spark.sql(example.format(table=table)).collect()


def test_every_statement_meets_a_gap() -> None:
    assert all(gap(feature).hint for feature in STATEMENTS.values())
