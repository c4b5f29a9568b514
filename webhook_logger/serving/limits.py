"""What one worker takes of connections, and of what comes on them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ConnectionLimits:
    """The settings of the same names say what happens beyond each."""

    connections: int = 100_000
    """More than this needs memory, not file descriptors."""
    keep_alive_seconds: float = 75
    """For the next request of a connection to begin."""
    head_seconds: float = 20
    body_seconds: float = 60
    target_bytes: int = 8 * 1024
    header_bytes: int = 64 * 1024
    """Of the header section, as it came."""
    header_lines: int = 1000


DEFAULT = ConnectionLimits()
