"""Delivery within one process, without a queue."""
