"""Time limits for tests: long enough for a busy machine; a passing test never reaches them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE_SECONDS = 60
"""The limit for each awaited event; pytest's limit for a whole test is higher."""
LOOK_SECONDS = 0.02


def eventually(is_true: Callable[[], object], patience: float = PATIENCE_SECONDS) -> None:
    """Poll until `is_true()`, where no event can be awaited; fail after `patience` seconds."""
    deadline = time.monotonic() + patience
    pause = threading.Event()
    while not is_true():
        assert time.monotonic() < deadline, f"not within {patience} seconds: {is_true}"
        pause.wait(LOOK_SECONDS)
