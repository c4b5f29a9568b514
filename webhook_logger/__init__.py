"""Webhook logger: every HTTP request to a callback URL, live in every browser on its page."""

__version__ = "0.1.0"
