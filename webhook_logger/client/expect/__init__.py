"""Compare received requests with the expectations of a test, and explain the differences."""
