"""Shorten the errors that Socket.IO and Engine.IO log: viewers cause most of them."""

from __future__ import annotations

import logging
import time

SECONDS_BETWEEN = 10.0


class _Brief(logging.Filter):
    """A filter that passes one line without a traceback every 10 seconds and counts the others."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0
        self._omitted = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is logged."""
        if record.exc_info and record.exc_info[0]:
            record.msg = f"{record.getMessage()}: {record.exc_info[0].__name__}"
            record.args, record.exc_info = (), None
        if time.monotonic() < self._next:
            self._omitted += 1
            return False
        if self._omitted:
            record.msg = f"{record.getMessage()} ({self._omitted} others were not logged)"
            record.args, self._omitted = (), 0
        self._next = time.monotonic() + SECONDS_BETWEEN
        return True


def library_logger() -> logging.Logger:
    """Return the logger for both libraries.

    Its level is fixed: at INFO they would log every packet, and captured requests are never logged.
    """
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.ERROR)
    if not logger.filters:
        logger.addFilter(_Brief())
    return logger
