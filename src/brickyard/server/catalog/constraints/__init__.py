"""Primary and foreign keys of tables: informational, as on Databricks."""
