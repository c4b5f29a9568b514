"""Webhook logger: every HTTP request to a callback URL, live in every browser on its page."""

__version__ = "1.0.0"
