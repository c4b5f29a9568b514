"""Property-based tests of parsers and of a running server; `make fuzz` runs many more cases."""
