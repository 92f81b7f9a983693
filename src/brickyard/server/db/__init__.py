"""The database: one writer that commits many requests at once, a few readers, tables and migrations."""
