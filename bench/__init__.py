"""Benchmarks: one package per question, each run with `python -m bench.NAME`."""
