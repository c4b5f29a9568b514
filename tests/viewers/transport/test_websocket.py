"""The upgrade to a WebSocket, and a viewer that stays, with a fake socket."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.patience import eventually
from tests.support.raw_websocket import PING, TEXT, frame
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

    def send_now(self, data: bytes) -> int:
        return len(data)


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

    server = SimpleNamespace(
        ping_interval=PING_INTERVAL, ping_timeout=PING_TIMEOUT, max_http_buffer_size=1000
    )

    def __init__(self, upgrading: bool = False) -> None:
        self.upgrading = upgrading
        self.queue = Outbox()
        self.asked = 0

    def handle(self) -> None:
        """The method that Engine.IO passes; only its `self` is used."""


def upgrade(socket: EngineSocket, silent: Silent, may_send: int = 10**6) -> Any:
    """Upgrade a viewer that can send at most `may_send` frames."""
    connection = SimpleNamespace(socket=silent, close=lambda: None)
    environ = {**HEADERS, "eventlet.input": SimpleNamespace(take_connection=lambda: connection)}

    def allow_message(asking: EngineSocket) -> bool:
        asking.asked += 1
        return asking.asked <= may_send

    rate: Any = SimpleNamespace(allow_message=allow_message)
    return WebSocket(rate, socket.handle)(environ, lambda *_: None)


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


PONG = frame(TEXT, b"3")


class Idle(Silent):
    """A socket that receives what the test gives it."""

    def __init__(self) -> None:
        self.arrived: list[bytes | Exception] = []
        self.function: Callable[[], None] | None = None

    def recv_now(self, _: int) -> bytes | None:
        received = self.arrived.pop(0) if self.arrived else None
        if isinstance(received, Exception):
            raise received
        return received

    def call_when_readable(self, function: Callable[[], None]) -> None:
        assert not self.function
        self.function = function

    def receive(self, data: bytes | Exception) -> None:
        self.arrived.append(data)
        function, self.function = self.function, None
        assert function
        function()


class Viewer:
    """A viewer whose WebSocket is open, while no message arrives."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.session: Any = EngineSocket()
        self.session.connected, self.session.sid, self.session.last_ping = False, "sid", None
        self.socket = Idle()
        self.pongs, self.delay, self.waits, self.ended, self.closed = 0, 0.0, 0, 0, 0
        monkeypatch.setattr(module.tasks, "pong", self._pong)
        monkeypatch.setattr(module.tasks, "end_session_soon", self._end)
        monkeypatch.setattr(module.tasks, "end_session", self._end)
        connection = SimpleNamespace(socket=self.socket, close=self._close)
        environ = {**HEADERS, "eventlet.input": SimpleNamespace(take_connection=lambda: connection)}
        rate: Any = SimpleNamespace(
            count_message=lambda _: self.delay, allow_message=self._allow_message
        )
        WebSocket(rate, self.session.handle)(environ, lambda *_: None)
        assert self.session.upgraded

    def _pong(self, _: Any) -> None:
        self.pongs += 1

    def _end(self, _: Any, then: Callable[[], None] = lambda: None) -> None:
        self.ended += 1
        then()

    def _close(self) -> None:
        self.closed += 1

    def _allow_message(self, _: Any) -> bool:
        self.waits += 1
        return True

    @property
    def waits_for_its_socket(self) -> bool:
        return self.socket.function is not None


@pytest.fixture
def viewer(monkeypatch: pytest.MonkeyPatch) -> Viewer:
    return Viewer(monkeypatch)


def test_an_expected_pong_needs_no_green_thread(viewer: Viewer) -> None:
    viewer.session.last_ping = 1.0
    viewer.socket.receive(PONG)
    assert (viewer.pongs, viewer.waits, viewer.waits_for_its_socket) == (1, 0, True)


@pytest.mark.parametrize("why", ["no ping was sent", "the rate is too high"])
def test_other_pongs_are_counted_and_wait_in_a_green_thread(viewer: Viewer, why: str) -> None:
    if why == "the rate is too high":
        viewer.session.last_ping, viewer.delay = 1.0, 0.5
    viewer.socket.receive(PONG)
    eventually(lambda: viewer.waits_for_its_socket)
    assert (viewer.pongs, viewer.waits) == (1, 1)


@pytest.mark.parametrize("end", [b"", ConnectionResetError()])
def test_a_viewer_that_leaves_ends_its_session_and_its_connection_once(
    viewer: Viewer, end: bytes | Exception
) -> None:
    viewer.socket.receive(end)
    assert (viewer.ended, viewer.closed, viewer.waits_for_its_socket) == (1, 1, False)


def test_a_message_over_the_limit_ends_the_session_and_the_connection(viewer: Viewer) -> None:
    viewer.socket.receive(frame(TEXT, b"4" * 1001))
    eventually(lambda: viewer.closed)
    assert (viewer.ended, viewer.closed, viewer.waits_for_its_socket) == (1, 1, False)
