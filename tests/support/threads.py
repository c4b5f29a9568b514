"""Keep a test apart from the threads that earlier tests left running."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from logging import LogRecord
from threading import get_ident
from typing import Any

import pytest

after_module = ExitStack()
"""Closed after the tests of each module, and then reused."""


def in_this_thread(mine: Callable[..., Any], others: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that calls `mine` in the thread that calls this, and `others` elsewhere."""
    test = get_ident()

    def call(*args: Any, **named: Any) -> Any:
        return (mine if get_ident() == test else others)(*args, **named)

    return call


def records_of_this_thread(caplog: pytest.LogCaptureFixture) -> list[LogRecord]:
    """Return what the calling thread has logged."""
    return [record for record in caplog.records if record.thread == get_ident()]
