"""Other ways to build the same server, as their documentation shows."""
