"""Write the log of the process, one line per record, safe for text from untrusted senders.

A line that begins with a time is a record of this process. Control characters are escaped, so that
untrusted text cannot begin a line or move the cursor of a terminal. A traceback follows on separate
lines, with the messages of its exceptions escaped.

A repeated warning is logged once. Repetitions are counted, and their number is logged every minute
and at the end. So neither a lasting condition nor an attacker can flood the log.
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
        """Return the record as one line."""
        record.message = plain(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's name
        """Return the traceback. Each line begins with a space, to differ from a record."""
        lines = _traceback(TracebackException(*ei))
        return "\n".join(f" {line}" for line in lines)


def _traceback(error: TracebackException) -> Iterator[str]:
    """Yield the lines of a traceback in Python's format, with each message on one line."""
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
"""`extra` for a record whose caller counts repetitions itself."""
QUIET_SECONDS = 10.0
"""A warning that has not repeated for this time has ended."""
REPORT_SECONDS = 60.0
MAX_CHARACTERS = 200
"""Maximum characters of a message in a report of its repetitions."""

Place = tuple[str, int, str]


@dataclass
class _Repeated:
    """The repetitions of one warning."""

    logger: str
    level: int
    message: str
    """The first message. Keeping its record would keep the record's arguments in memory."""
    last: float
    """Time of the last repetition on the monotonic clock."""
    reported: float
    count: int = 0
    """Repetitions since the last report."""


class Repeats(logging.Filter):
    """A handler's filter that passes the first warning from each line of code."""

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
        # Not a Thread: its `start` waits, and the hub, which also logs, must not wait.
        start_new_thread(self._watch, (place,))
        return True

    def _watch(self, place: Place) -> None:
        repeated = self._repeated[place]
        while (left := repeated.last + self._quiet_seconds - time.monotonic()) > 0:
            time.sleep(left)
            if time.monotonic() - repeated.reported >= self._report_seconds:
                self._report(repeated, "Repeating")
        del self._repeated[place]
        self._report(repeated, "No longer repeating")

    def _report(self, repeated: _Repeated, state: str) -> None:
        if not repeated.count:
            return
        count, repeated.count, repeated.reported = repeated.count, 0, time.monotonic()
        text, args = "%s. Logged %d more times: %s", (state, count, repeated.message)
        summary = logging.LogRecord(repeated.logger, repeated.level, "", 0, text, args, None)
        summary.__dict__.update(COUNTED)
        self._handler.handle(summary)


def set_up(level: int) -> None:
    """Log records of at least this level and uncaught exceptions to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    handler.addFilter(Repeats(handler))
    logging.basicConfig(level=level, handlers=[handler])
    # An exception that ends the process is always logged: it must not count as a repetition.
    sys.excepthook = lambda *error: _uncaught(error, COUNTED)
    threading.excepthook = lambda args: _uncaught(args[:3], {})


def _uncaught(error: Any, extra: dict[str, Any]) -> None:
    if issubclass(error[0], KeyboardInterrupt):
        return
    log.critical("An exception was not caught.", exc_info=error, extra=extra)
