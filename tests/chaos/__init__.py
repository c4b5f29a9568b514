"""Failures under load, with a whole set of processes; `make chaos` runs the long ones, too."""
