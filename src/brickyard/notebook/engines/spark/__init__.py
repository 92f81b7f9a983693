"""Spark on a JVM. So far its catalog plugin alone: the engine around it is not built, and `--engine spark` says so."""
