"""Measure a system: one function per scenario, which returns figures by name or raises an error.

Each function starts the system, checks that every request gets 200 and every event arrives exactly
once, and stops the system.
"""

from __future__ import annotations

from collections.abc import Callable

from bench.scenarios.base import Figures, InvalidResult, Run
from bench.scenarios.crowds import fan_out, mass_disconnect, viewer_that_never_reads
from bench.scenarios.steady import half_load, latency, soak
from bench.scenarios.throughput import (
    body_sizes,
    many_callbacks,
    one_callback_no_viewer,
    one_callback_one_viewer,
)
from bench.scenarios.workers import workers
from bench.systems import System

__all__ = ["SCENARIOS", "Figures", "InvalidResult", "Run"]

SCENARIOS: dict[str, Callable[[System, Run], Figures]] = {
    "a": one_callback_no_viewer,
    "b": one_callback_one_viewer,
    "c": many_callbacks,
    "d": body_sizes,
    "e": latency,
    "f": fan_out,
    "g": mass_disconnect,
    "h": workers,
    "i": viewer_that_never_reads,
    "j": soak,
    "k": half_load,
}
