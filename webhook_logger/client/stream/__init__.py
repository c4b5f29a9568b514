"""Follow a callback's stream: reconnect after failures, and validate everything that arrives."""
