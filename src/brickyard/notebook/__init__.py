"""What runs in the user's process: scripts and notebooks, their globals, the Spark session, dbutils, display."""
