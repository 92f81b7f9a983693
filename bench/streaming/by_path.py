"""The same stream by paths on plain pyspark and Delta: no Connect, no catalog.

Arguments: the events' folder, a scratch folder, the jars (separated by :), the memory of Java (as 2g).
"""

import shutil
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from bench.notebooks import say_figures
from bench.streaming.job import PASSES, run_stream, scored


def main(events: str, scratch: Path, jars: str, memory: str) -> None:
    spark = (
        SparkSession.builder.master("local[*]")
        .config("spark.driver.memory", memory)
        .config("spark.driver.extraClassPath", jars)
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .getOrCreate()
    )
    seconds, rows = [], 0
    for number in range(PASSES):
        target, checkpoint = scratch / f"scored_{number}", scratch / f"checkpoint_{number}"
        stream = scored(spark.readStream.format("delta").load(events))
        writer = (
            stream.writeStream.format("delta")
            .outputMode("append")
            .option("checkpointLocation", str(checkpoint))
            .trigger(availableNow=True)
        )
        seconds.append(run_stream(lambda: writer.start(str(target))))  # noqa: B023 - called at once
        rows = spark.read.format("delta").load(str(target)).count()
        shutil.rmtree(target)
    spark.stop()
    say_figures(first=seconds[0], second=seconds[1], third=seconds[2], rows=rows)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
