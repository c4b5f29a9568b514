"""Limits of recovery: for each watched callback, delivery keeps the last captured requests."""

from __future__ import annotations

from dataclasses import dataclass

SLICE_BYTES = 256 * 1024
"""Maximum bytes of the recovered requests of one barrier, except that one request may be larger."""
SLICE_REQUESTS = 256
"""Maximum recovered requests of one barrier."""


@dataclass(frozen=True, slots=True)
class RecoveryLimits:
    """Limits of the kept requests."""

    seconds: float = 0.0
    """Keep a request for this time, if its callback had a viewer within this time. With 0, keep
    nothing.
    """
    bytes: int = 4 * 2**20
    """Maximum bytes of a callback's kept requests."""
    total_bytes: int = 256 * 2**20
    """Maximum bytes of all kept requests."""


RECOVERY_OFF = RecoveryLimits()
