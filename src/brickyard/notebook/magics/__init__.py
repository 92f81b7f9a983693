"""What the `%` words of Databricks' notebooks do: %sql, %sh, %pip, %fs, %run. No front end is known here."""
