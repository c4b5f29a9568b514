"""The commands. Only they print and exit; the rest of the client returns and raises."""
