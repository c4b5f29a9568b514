"""Forward captured requests to targets, and return their responses."""
