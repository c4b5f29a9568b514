"""Limits of a worker's connections, and of the requests on them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ConnectionLimits:
    """Limits, with the names of their settings; docs/limits.md describes them."""

    connections: int = 100_000
    """Maximum connections. Memory runs out before file descriptors do."""
    keep_alive_seconds: float = 75
    """Maximum time that a connection waits for its next request."""
    head_seconds: float = 20
    body_seconds: float = 60
    target_bytes: int = 8 * 1024
    header_bytes: int = 64 * 1024
    """Maximum size of the header section, as sent."""
    header_lines: int = 1000


DEFAULT = ConnectionLimits()
