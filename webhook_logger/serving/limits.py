"""Limits of a worker's connections, and of the requests on them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ConnectionLimits:
    """The settings of the same names; docs/limits.md says what happens beyond each."""

    connections: int = 100_000
    """Maximum connections. Memory limits them first, not file descriptors."""
    keep_alive_seconds: float = 75
    """How long a connection stays open for its next request."""
    head_seconds: float = 20
    body_seconds: float = 60
    target_bytes: int = 8 * 1024
    header_bytes: int = 64 * 1024
    """Maximum size of the header section, as sent."""
    header_lines: int = 1000


DEFAULT = ConnectionLimits()
