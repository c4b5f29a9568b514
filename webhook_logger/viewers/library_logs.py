"""Limit the errors that Socket.IO and Engine.IO log, because any viewer can cause them."""

from __future__ import annotations

import logging
import time

SECONDS_BETWEEN_RECORDS = 10.0


class _RateLimit(logging.Filter):
    """Passes at most one record every 10 seconds, and counts the omitted ones."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0
        self._omitted = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log the record. Replace its traceback by the name of the exception."""
        if record.exc_info and record.exc_info[0]:
            record.msg = f"{record.getMessage()}: {record.exc_info[0].__name__}"
            record.args, record.exc_info = (), None
        if time.monotonic() < self._next:
            self._omitted += 1
            return False
        if self._omitted:
            record.msg = f"{record.getMessage()} ({self._omitted} earlier errors were not logged)"
            record.args, self._omitted = (), 0
        self._next = time.monotonic() + SECONDS_BETWEEN_RECORDS
        return True


def library_logger() -> logging.Logger:
    """Return the logger for both libraries.

    Its level is always ERROR: at INFO, the libraries would log packets with captured requests.
    """
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.ERROR)
    if not logger.filters:
        logger.addFilter(_RateLimit())
    return logger
