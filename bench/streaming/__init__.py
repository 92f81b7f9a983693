"""A stream by table names beside the same stream by paths on plain pyspark: `python -m bench.streaming`."""
