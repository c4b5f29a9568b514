"""Verify and create signatures, as the registry describes them."""
