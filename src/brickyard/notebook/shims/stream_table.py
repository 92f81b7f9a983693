"""`DataStreamWriter.table(name)`: Databricks has it beside `toTable`."""

from types import ModuleType

MODULE = "pyspark.sql.connect.streaming.readwriter"


def apply(module: ModuleType) -> None:
    """Give the writer the method, on releases that lack it."""
    writer = getattr(module, "DataStreamWriter", None)
    if writer is not None and not hasattr(writer, "table"):
        writer.table = writer.toTable
