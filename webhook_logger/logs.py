"""The log of the process: every record is one line, whatever text of a stranger is in it.

A line that begins with a time is a record of ours. Text that a stranger has chosen is escaped, so
that it cannot begin a line or move the cursor of a terminal. A traceback follows on lines of its
own, in which the message of each exception is escaped, too.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from traceback import TracebackException
from typing import Any

from webhook_logger.plain import plain

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

log = logging.getLogger(__name__)


class OneLine(logging.Formatter):
    """A formatter that writes invisible characters as escapes."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """Return the line of a record."""
        record.message = plain(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's name
        """Return the traceback, each line behind a space: none looks like a record."""
        lines = _traceback(TracebackException(*ei))
        return "\n".join(f" {line}" for line in lines)


def _traceback(error: TracebackException) -> Iterator[str]:
    """The lines of a traceback, as Python writes them, but that a message is one line."""
    if error.__cause__:
        yield from _traceback(error.__cause__)
        yield "The above exception was the direct cause of the following exception:"
    elif error.__context__ and not error.__suppress_context__:
        yield from _traceback(error.__context__)
        yield "During handling of the above exception, another exception occurred:"
    if error.stack:
        yield "Traceback (most recent call last):"
        for frame in error.stack.format():
            yield from frame.rstrip("\n").split("\n")
    yield plain("".join(error.format_exception_only()).rstrip("\n"))
    for each in getattr(error, "exceptions", None) or ():
        yield from _traceback(each)


def set_up(level: int) -> None:
    """Log to stderr from this level on, exceptions that nobody catches included."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(level=level, handlers=[handler])
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(*args[:3])


def _uncaught(kind: Any, error: Any, frames: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("An exception was not caught.", exc_info=(kind, error, frames))
