"""The upgrade to a WebSocket, with a fake socket."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.raw_websocket import PING, frame
from webhook_logger.viewers.transport import websocket as module
from webhook_logger.viewers.transport.outbox import Outbox
from webhook_logger.viewers.transport.websocket import FRAMES_PER_TURN, WebSocket

PING_INTERVAL, PING_TIMEOUT = 10, 5
HEADERS = {"HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==", "HTTP_SEC_WEBSOCKET_VERSION": "13"}


class Silent:
    """A socket that never receives data. It records the timeout, and times out immediately."""

    waited: float | None = None

    def settimeout(self, seconds: float | None) -> None:
        self._seconds = seconds

    def recv(self, _: int) -> bytes:
        self.waited = self._seconds
        raise TimeoutError

    def sendall(self, _: bytes) -> None:
        pass

    def shutdown(self, _: int) -> None:
        pass


class Busy(Silent):
    """A socket that receives the same frames again and again, shortly before each timeout."""

    def __init__(self, frames: bytes, clock: Clock) -> None:
        self._frames = frames
        self._clock = clock
        self.reads = 0

    def recv(self, _: int) -> bytes:
        self.reads += 1
        self._clock.now += PING_INTERVAL
        return self._frames


class Clock:
    """Replaces the module `time`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.turns = 0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, _: float) -> None:
        self.turns += 1


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


class EngineSocket:
    """An Engine.IO socket on long-polling."""

    connected, upgraded, closed = True, False, False

    def __init__(self, upgrading: bool = False) -> None:
        self.upgrading = upgrading
        self.queue = Outbox()
        self.asked = 0

    def handle(self) -> None:
        """The method that Engine.IO passes; only its `self` is used."""


def upgrade(socket: EngineSocket, silent: Silent, may_send: int = 10**6) -> Any:
    """Upgrade a viewer that can send at most `may_send` frames."""
    server = SimpleNamespace(
        ping_interval=PING_INTERVAL, ping_timeout=PING_TIMEOUT, max_http_buffer_size=1000
    )
    environ = {**HEADERS, "eventlet.input": SimpleNamespace(get_socket=lambda: silent)}

    def allow_message(asking: EngineSocket) -> bool:
        asking.asked += 1
        return asking.asked <= may_send

    return WebSocket(allow_message, socket.handle, server)(environ, lambda *_: None)


def test_a_silent_upgrade_times_out_and_polling_continues() -> None:
    socket, silent = EngineSocket(), Silent()
    upgrade(socket, silent)
    assert silent.waited is not None
    assert PING_INTERVAL < silent.waited <= PING_INTERVAL + PING_TIMEOUT
    assert not socket.upgrading
    assert not socket.upgraded


def test_a_second_upgrade_at_the_same_time_is_not_read() -> None:
    socket, silent = EngineSocket(upgrading=True), Silent()
    upgrade(socket, silent)
    assert silent.waited is None
    assert socket.upgrading, "the first one continues"


def test_an_upgrade_has_one_deadline_for_all_its_frames(clock: Clock) -> None:
    socket, busy = EngineSocket(), Busy(frame(PING), clock)
    upgrade(socket, busy)
    assert busy.reads == 2, "a third would begin after the deadline"
    assert not socket.upgrading


def test_an_upgrade_ends_with_its_session(clock: Clock) -> None:
    socket, busy = EngineSocket(), Busy(frame(PING), clock)
    socket.closed = True
    upgrade(socket, busy)
    assert busy.reads == 1


def test_frames_of_one_read_are_counted_and_others_get_turns(clock: Clock) -> None:
    socket, frames = EngineSocket(), 1000
    upgrade(socket, Busy(frame(PING) * 2 * frames, clock), may_send=frames)
    assert socket.asked == frames + 1
    assert clock.turns == frames // FRAMES_PER_TURN
