"""The log: untrusted text cannot forge a line or control a terminal."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import ROOT, Server
from tests.support.sender import Sender
from webhook_logger.serving import logs
from webhook_logger.serving.access_log import connection_class
from webhook_logger.serving.connection import HttpConnection
from webhook_logger.serving.logs import COUNTED, JsonLine, OneLine, Repeats, with_fields

FORGED = "x\n2026-11-28 00:00:00,000 WARNING forged: y"
HOSTILE = [
    FORGED,
    "\r" + FORGED,
    "\x1b[2J\x1b]0;title\x07",
    "\x00\x08\x7f",
    "\x85\x9b2J",
    "\u2028\u2029",
    "\u202e\u2066\u061c",
    "\ud800",
]
RECORD = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} \S+ ERROR ")


def logged(message: str, *args: object, error: BaseException | None = None) -> list[str]:
    """Return the lines of one record."""
    text = formatted(OneLine(), message, *args, error=error)
    assert text.encode(), "the text can be encoded"
    return text.split("\n")


def formatted(
    formatter: logging.Formatter, message: str, *args: object, error: BaseException | None = None
) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("engineio.server", logging.ERROR, "", 1, message, args, info)
    return formatter.format(record)


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    with pytest.raises(type(error)) as caught:
        raise error from cause
    return caught.value


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_record_is_one_visible_line(text: str) -> None:
    [line] = logged("Invalid session %s", text)
    assert line.isprintable()
    assert RECORD.match(line)
    assert ascii(text)[1:-1].split("\\")[0] in line


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_the_message_of_an_exception_is_one_visible_line(text: str) -> None:
    first, *lines = logged("It failed.", error=raised(ValueError(text), raised(KeyError(text))))
    assert RECORD.match(first)
    assert all(line.isprintable() for line in lines)
    assert all(line.startswith(" ") for line in lines), "no line looks like a record"
    assert lines.count(" Traceback (most recent call last):") == 2
    assert any(line.endswith("in raised") for line in lines)
    assert lines[-1].startswith(" ValueError: ")
    assert any(line.startswith(" KeyError: ") for line in lines)


def test_a_suppressed_context_is_omitted() -> None:
    error = ValueError("outer")
    error.__context__ = KeyError("inner")
    assert any("inner" in line for line in logged("It failed.", error=error))
    error.__suppress_context__ = True
    assert not any("inner" in line for line in logged("It failed.", error=error))


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_record_in_json_is_one_line_with_its_exception(text: str) -> None:
    line = formatted(JsonLine(), "Invalid %s", text, error=raised(ValueError(text)))
    assert line.isascii()
    assert line.isprintable()
    record = json.loads(line)
    assert (record["level"], record["logger"]) == ("error", "engineio.server")
    assert record["message"] == "Invalid " + text.replace("\ud800", "\\ud800")
    assert record["exception"].startswith("Traceback (most recent call last):\n")
    assert "\nValueError: " in record["exception"]


def test_the_time_in_json_is_utc() -> None:
    record = logging.LogRecord("a", logging.INFO, "", 1, "", (), None)
    record.created = 1_700_000_000.25
    assert json.loads(JsonLine().format(record))["time"] == "2023-11-14T22:13:20.250Z"


def test_further_members_of_a_record_follow_its_message() -> None:
    record = logging.makeLogRecord({"msg": "Failed.", **with_fields(request="1-2", status=None)})
    assert OneLine().format(record).endswith(": Failed. request=1-2")
    assert json.loads(JsonLine().format(record))["request"] == "1-2"


def test_the_access_log_is_on_at_any_level() -> None:
    assert connection_class(False, lambda _: ("", "")) is HttpConnection
    connection_class(True, lambda _: ("", ""))
    assert logging.getLogger("webhook_logger.access").level == logging.INFO


def test_letters_of_all_scripts_are_not_escaped() -> None:
    [line] = logged("Zürich, Москва, 東京, \N{GRINNING FACE}")
    assert line.endswith("Zürich, Москва, 東京, \N{GRINNING FACE}")


def test_records_of_libraries_and_uncaught_exceptions_are_escaped() -> None:
    """Also uncaught exceptions of threads."""
    code = (
        "import logging, threading, wsgi\n"
        f"text = {FORGED!r}\n"
        "logging.getLogger('engineio').error(text)\n"
        "def fail(): raise ValueError(text)\n"
        "thread = threading.Thread(target=fail)\n"
        "thread.start()\n"
        "thread.join()\n"
        "fail()\n"
    )
    command = (sys.executable, "-c", code)
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.count("forged") == 3
    assert not re.search("^2026-11-28 00:00:00,000", run.stderr, re.MULTILINE)


def test_uncaught_exceptions_of_green_threads_are_escaped() -> None:
    code = (
        "import logging, eventlet\n"
        "from webhook_logger.serving import logs\n"
        "from webhook_logger.serving.eventlet import use_fair_hub\n"
        "use_fair_hub()\n"
        "logs.set_up(logging.INFO)\n"
        f"def fail(*_): raise ValueError({FORGED!r})\n"
        "eventlet.spawn_n(fail)\n"
        "eventlet.sleep(0.01)\n"
    )
    command = (sys.executable, "-W", "ignore", "-c", code)
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "A green thread failed." in run.stderr
    assert not re.search("^2026-11-28 00:00:00,000", run.stderr, re.MULTILINE)


def test_a_session_id_cannot_forge_a_line(memory_server: Server) -> None:
    target = "/socket.io/?EIO=4&transport=polling&sid=x%0Aforged%1B%5B2J"
    with Sender(memory_server.address) as sender:
        sender.send(f"GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        assert b" 400 " in sender.rest()
    assert not re.search("^forged", memory_server.log, re.MULTILINE)
    assert "\x1b" not in memory_server.log


class Clock:
    """Replaces `time` in the log's module. Sleepers wait until the test lets time pass."""

    def __init__(self) -> None:
        self._now = 0.0
        self._passes = threading.Semaphore(0)

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        assert self._passes.acquire(timeout=PATIENCE_SECONDS)
        self._now += seconds

    def pass_for(self, sleepers: int) -> None:
        self._passes.release(sleepers)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(logs, "time", clock)
    return clock


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """The output of a handler that counts repetitions, for the logger `repeating`."""
    stream, logger = io.StringIO(), logging.getLogger("repeating")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine())
    handler.addFilter(Repeats(handler, quiet_seconds=1.0, report_seconds=1000.0))
    logger.addHandler(handler)
    logger.propagate = False
    yield stream
    logger.removeHandler(handler)


def messages(stream: io.StringIO) -> list[str]:
    return [line.partition("repeating: ")[2] for line in stream.getvalue().splitlines()]


def test_a_repeated_warning_is_logged_once_and_counted_at_its_end(
    stream: io.StringIO, clock: Clock
) -> None:
    log = logging.getLogger("repeating")
    expected = ["Refused: 0", "No longer repeating. Logged 499 more times: Refused: 0"]
    for time in (1, 2):  # after its end, the warning is logged again
        for number in range(500):
            log.warning("Refused: %s", number)
        clock.pass_for(1)
        eventually(lambda: messages(stream)[-1].startswith("No longer repeating"))
        assert messages(stream) == expected * time


def test_other_warnings_and_records_counted_elsewhere_are_logged(
    stream: io.StringIO, clock: Clock
) -> None:
    log = logging.getLogger("repeating")
    for number in range(2):
        log.warning("One: %d", number)
        log.error("Another: %d", number)
        log.warning("Counted: %d", number, extra=COUNTED)
        log.info("Not a warning: %d", number)
    clock.pass_for(2)
    expected = ["One: 0", "Another: 0", "Counted: 0", "Counted: 1"]
    eventually(lambda: len(messages(stream)) == 6)
    assert messages(stream)[:4] == expected
    assert {line.partition(". ")[0] for line in messages(stream)[4:]} == {"No longer repeating"}


def test_a_warning_that_keeps_repeating_is_reported_again(clock: Clock) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Repeats(handler, quiet_seconds=1.0, report_seconds=0.0))
    logger = logging.Logger("repeating")
    logger.addHandler(handler)
    for _ in range(2):
        logger.warning("Refused.")
    clock.pass_for(1)
    eventually(lambda: stream.getvalue().count("\n") == 2)
    assert stream.getvalue() == "Refused.\nRepeating. Logged 1 more times: Refused.\n"
