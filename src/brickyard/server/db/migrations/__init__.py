"""Alembic migrations of the by_ tables."""
