"""Batch inference on both engines beside the model alone: `python -m bench.batch`."""
