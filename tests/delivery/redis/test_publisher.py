"""The publisher's commands and ticks, without a Redis."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import hiredis
import pytest

from tests.support.patience import PATIENCE_SECONDS
from tests.support.threads import in_this_thread
from webhook_logger import waits
from webhook_logger.delivery import QueueLimits
from webhook_logger.delivery.base import OutcomeUnknown
from webhook_logger.delivery.redis.backlog import Backlog
from webhook_logger.delivery.redis.publisher import Publisher, sha


def test_another_script_replaces_the_script_of_waiting_commands_only_in_its_place() -> None:
    reporter: Any = Mock()
    publisher = Publisher(Mock(), (), Backlog(QueueLimits()), reporter)
    content = f"$40\r\n{sha('one')}"
    calls = [publisher.submit_script(name, ["key"], content) for name in ("one", "third")]
    publisher.replace_script("one", "two")
    for call, name in zip(calls, ("two", "third"), strict=True):
        expected = publisher.submit_script(name, ["key"], content)
        assert call.packed == expected.packed


@pytest.fixture
def running() -> Iterator[ExitStack]:
    """End the publishers and close the sockets that are pushed on it."""
    with ExitStack() as stack:
        yield stack


def serve_until(word: bytes, far: socket.socket) -> None:
    """Respond to commands like a master, until one begins with this word."""
    reader = hiredis.Reader()
    with suppress(OSError):
        while data := far.recv(65536):
            reader.feed(data)
            while (command := reader.gets()) is not False:
                if command[0] == word:
                    return
                far.sendall(b"$11\r\nrole:master\r\n" if command[0] == b"INFO" else b"+OK\r\n")


def start(running: ExitStack, seconds: float) -> tuple[Publisher, Any, socket.socket]:
    """Start a publisher whose server stops responding at the first PUBLISH."""
    near, far = socket.socketpair()
    connection = SimpleNamespace(connect=lambda: None, _sock=near, disconnect=near.close)
    reporter: Any = Mock(opened=Mock(return_value=None), connected=Mock(return_value=None))
    publisher = Publisher(lambda: connection, (), Backlog(QueueLimits(seconds)), reporter)
    running.callback(publisher.end)
    running.enter_context(far)
    for task in (partial(serve_until, b"PUBLISH", far), publisher.serve, publisher.tick):
        threading.Thread(target=task, daemon=True).start()
    return publisher, reporter, far


def test_a_connection_without_responses_is_replaced(running: ExitStack) -> None:
    publisher, reporter, far = start(running, seconds=0.3)
    failed: list[str] = []
    has_failed = threading.Event()

    def note_failure(error: Exception) -> None:
        failed.append(str(error))
        has_failed.set()

    reporter.connection_failed.side_effect = note_failure
    call = publisher.publish("channel", b"message")
    with pytest.raises(OutcomeUnknown):
        call.wait()
    assert has_failed.wait(PATIENCE_SECONDS)
    assert failed[0] == "Redis did not respond in time."
    assert far.recv(1) == b""


def test_a_publisher_without_commands_rests_instead_of_ticking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publisher = Publisher(Mock(), (), Backlog(QueueLimits()), Mock())
    did: list[str] = []

    def rest() -> None:
        did.append("rest")
        publisher.submit("PING")

    def sleep(_: float) -> None:
        did.append("tick")
        if did.count("tick") == 2:
            publisher.end()

    gate = SimpleNamespace(wait=rest, open=lambda: None)
    ways = SimpleNamespace(
        gate=in_this_thread(lambda _: gate, waits._waits.gate), adopt=waits._waits.adopt
    )
    monkeypatch.setattr(waits, "_waits", ways)
    monkeypatch.setattr(time, "sleep", in_this_thread(sleep, time.sleep))
    publisher.tick()
    assert did == ["rest", "tick", "tick"]
