"""Keeping what a run shows: the executed notebook as .ipynb, and as one HTML page that needs nothing else."""
