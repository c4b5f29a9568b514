"""Captured requests sent on to a target, in order, and what goes back from it."""
