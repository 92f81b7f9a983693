"""Taking dropped entries away: from the database, and their managed data from the disk."""
