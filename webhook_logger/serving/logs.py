"""Write the log of the process, one line per record, safe for text from untrusted senders.

In the format `text`, a line that begins with a time is a record of this process. Control characters
are escaped, so that untrusted text cannot begin a line or move the cursor of a terminal. A
traceback follows on separate lines, with the messages of its exceptions escaped. In the format
`json`, each line is an object, and a traceback is one of its members.

A record can have further members: `extra=with_fields(request=...)`.

A repeated warning is logged once. Repetitions are counted, and their number is logged every minute
and at the end. So neither a lasting condition nor an attacker can flood the log.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import threading
import time
from _thread import start_new_thread
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from traceback import TracebackException
from typing import Any

from webhook_logger import __version__
from webhook_logger.plain import plain

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

log = logging.getLogger(__name__)


def with_fields(**fields: str | float | None) -> dict[str, Any]:
    """Return the `extra` of a record that has further members. None means no member."""
    return {"fields": {name: value for name, value in fields.items() if value is not None}}


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    return getattr(record, "fields", {})


class OneLine(logging.Formatter):
    """A formatter that writes invisible characters as escapes."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """Return the record as one line, with its further members after the message."""
        more = [f" {name}={value}" for name, value in _fields_of(record).items()]
        record.message = plain(record.message + "".join(more))
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's name
        """Return the traceback. Each line begins with a space, to differ from a record."""
        lines = _traceback(TracebackException(*ei))
        return "\n".join(f" {line}" for line in lines)


class JsonLine(logging.Formatter):
    """A formatter that writes an object in JSON. All characters outside ASCII are escapes."""

    def __init__(self) -> None:
        super().__init__()
        self._process = {
            "version": __version__,
            "worker": f"{socket.gethostname()}-{os.getpid()}",
        }

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        line = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_fields_of(record),
            **self._process,
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = "\n".join(_traceback(TracebackException(*record.exc_info)))
        return json.dumps({name: _encodable(value) for name, value in line.items()})


def _encodable(value: Any) -> Any:
    """Escape the surrogates of a text, which strict parsers of JSON refuse."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value


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


def set_up(level: int, style: str = "text") -> None:
    """Log records of at least this level and uncaught exceptions to stderr, as `text` or `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine() if style == "json" else OneLine())
    handler.addFilter(Repeats(handler))
    logging.basicConfig(level=level, handlers=[handler])
    # An exception that ends the process is always logged: it must not count as a repetition.
    sys.excepthook = lambda *error: _uncaught(error, COUNTED)
    threading.excepthook = lambda args: _uncaught(args[:3], {})


def _uncaught(error: Any, extra: dict[str, Any]) -> None:
    if issubclass(error[0], KeyboardInterrupt):
        return
    log.critical("An exception was not caught.", exc_info=error, extra=extra)
