"""How long tests wait: long enough for a busy machine, and a test that passes never does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE_SECONDS = 60
"""The one limit for everything that has to happen; pytest's own limit for a test is above it."""
LOOK_SECONDS = 0.02


def eventually(is_true: Callable[[], object], patience: float = PATIENCE_SECONDS) -> None:
    """Wait until `is_true()`, for what no event announces; fail when patience ends."""
    deadline = time.monotonic() + patience
    pause = threading.Event()
    while not is_true():
        assert time.monotonic() < deadline, f"not within {patience} seconds: {is_true}"
        pause.wait(LOOK_SECONDS)
