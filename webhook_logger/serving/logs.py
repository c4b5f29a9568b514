"""The log of the process: every record is one line, even if a stranger chose its text.

A line that begins with a time is a record of this process. Control characters are escaped, so that
a stranger's text cannot begin a line or move the cursor of a terminal. A traceback follows on lines
of its own; the messages of its exceptions are escaped, too.

A warning that repeats is logged once. Repetitions are counted, and their number is logged every
minute and at the end. So neither a lasting condition nor a stranger can flood the log.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from _thread import start_new_thread
from collections.abc import Iterator
from dataclasses import dataclass
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
        """Return the traceback. Each line begins with a space, so that none looks like a record."""
        lines = _traceback(TracebackException(*ei))
        return "\n".join(f" {line}" for line in lines)


def _traceback(error: TracebackException) -> Iterator[str]:
    """Yield the lines of a traceback as Python writes them, with each message on one line."""
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


COUNTED = {"is_counted": True}
"""`extra` for a record whose logger counts repetitions itself."""
QUIET_SECONDS = 10.0
"""A condition has ended when it has not repeated for this time."""
REPORT_SECONDS = 60.0
MAX_CHARACTERS = 200
"""How much of a message is repeated in a report."""

Place = tuple[str, int, str]


@dataclass
class _Repeated:
    """The repetitions of one warning."""

    logger: str
    level: int
    message: str
    """Of the first one. Keeping the record would keep its arguments in memory."""
    last: float
    """When it last happened, on the monotonic clock."""
    reported: float
    count: int = 0
    """Repetitions since the last report."""


class Repeats(logging.Filter):
    """A filter of a handler that passes the first warning of each place in the code."""

    def __init__(
        self,
        handler: logging.Handler,
        quiet_seconds: float = QUIET_SECONDS,
        report_seconds: float = REPORT_SECONDS,
    ) -> None:
        super().__init__()
        self._handler = handler
        self._quiet_seconds = quiet_seconds
        self._report_seconds = report_seconds
        self._repeated: dict[Place, _Repeated] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is logged. Never blocks."""
        if record.levelno < logging.WARNING or hasattr(record, "is_counted"):
            return True
        now = time.monotonic()
        place = (record.pathname, record.lineno, record.levelname)
        repeated = self._repeated.get(place)
        if repeated:
            repeated.count, repeated.last = repeated.count + 1, now
            return False
        message = record.getMessage()[:MAX_CHARACTERS]
        self._repeated[place] = _Repeated(record.name, record.levelno, message, now, now)
        # Not a Thread, whose start waits: the hub logs, too, and must not wait.
        start_new_thread(self._watch, (place,))
        return True

    def _watch(self, place: Place) -> None:
        repeated = self._repeated[place]
        while (left := repeated.last + self._quiet_seconds - time.monotonic()) > 0:
            time.sleep(left)
            if time.monotonic() - repeated.reported >= self._report_seconds:
                self._report(repeated, "It goes on")
        del self._repeated[place]
        self._report(repeated, "It has ended")

    def _report(self, repeated: _Repeated, how: str) -> None:
        if not repeated.count:
            return
        count, repeated.count, repeated.reported = repeated.count, 0, time.monotonic()
        text, args = "%s. Logged %d times more: %s", (how, count, repeated.message)
        summary = logging.LogRecord(repeated.logger, repeated.level, "", 0, text, args, None)
        summary.__dict__.update(COUNTED)
        self._handler.handle(summary)


def set_up(level: int) -> None:
    """Log to stderr from this level on, uncaught exceptions included."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    handler.addFilter(Repeats(handler))
    logging.basicConfig(level=level, handlers=[handler])
    # An exception that ends the process is always logged.
    sys.excepthook = lambda *error: _uncaught(error, COUNTED)
    threading.excepthook = lambda args: _uncaught(args[:3], {})


def _uncaught(error: Any, extra: dict[str, Any]) -> None:
    if issubclass(error[0], KeyboardInterrupt):
        return
    log.critical("An exception was not caught.", exc_info=error, extra=extra)
