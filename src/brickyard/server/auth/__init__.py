"""Who asks, and what that permits: tokens, the console's cookie, the loopback rule."""
