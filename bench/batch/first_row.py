"""Print when the first row of a table is there. Runs in `brickyard run`."""

import time

from databricks.sdk.runtime import spark

from bench.batch.table import TABLE
from bench.notebooks import say_figures

row = spark.sql(f"SELECT * FROM {TABLE}").first()
now = time.time()
assert row is not None
say_figures(now=now)
