"""Versions of registered models, their stages and tags."""
