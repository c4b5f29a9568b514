"""Capture each request to a callback, deliver it, and respond to its sender."""
