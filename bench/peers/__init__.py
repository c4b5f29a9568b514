"""Other ways to build the same thing, as their documentation shows."""
