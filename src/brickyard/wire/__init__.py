"""Protocol knowledge shared by all rooms: pure functions, no I/O."""
