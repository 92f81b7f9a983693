"""Spark on a JVM, with Delta: all of Spark, structured streaming too. engine.py is its face; this file stays empty of
code, because the keeper's small process imports it."""
