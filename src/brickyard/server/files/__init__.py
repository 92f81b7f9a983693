"""Files of dbfs:/ and /Volumes."""
