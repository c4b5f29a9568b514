"""`make bench`: this program and others side by side, in one run."""
