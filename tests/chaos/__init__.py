"""Failures of a whole deployment under load. `make chaos` includes the long tests."""
