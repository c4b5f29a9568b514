"""The door before Socket.IO, beside an Engine.IO server that does nothing by itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from webhook_logger import admission
from webhook_logger.admission import Admission, Limits
from webhook_logger.endings import Ending
from webhook_logger.metrics import Metrics
from webhook_logger.transport import Outbox, chores

PING_TIMEOUT = "ping timeout"


class EngineIO:
    """Engine.IO's server, as far as admission knows it."""

    reason = SimpleNamespace(PING_TIMEOUT=PING_TIMEOUT, TRANSPORT_CLOSE="transport close")
    ping_timeout = 5

    def __init__(self) -> None:
        nothing = {name: lambda *_: None for name in ("connect", "disconnect", "message")}
        self.handlers: dict[str, Any] = nothing
        self.sockets: dict[str, Any] = {}

    def on(self, name: str, handle: Any) -> None:
        self.handlers[name] = handle

    def open(self, sid: str) -> Any:
        socket = SimpleNamespace(sid=sid, server=self, closed=False, upgraded=True, queue=Outbox())
        socket.close = lambda **options: self._close(socket, options["reason"])
        self.sockets[sid] = socket
        self.handlers["connect"](sid, {"REMOTE_ADDR": "192.0.2.1"})
        return socket

    def _close(self, socket: Any, reason: str) -> None:
        socket.closed = True
        self.handlers["disconnect"](socket.sid, reason)


class House:
    """An admission, and the sessions on which Socket.IO has connected."""

    def __init__(self) -> None:
        self.engineio = EngineIO()
        self.connected: set[str] = set()
        self.metrics = Metrics()
        self.admission = Admission(
            self.engineio, Limits(), self.metrics, lambda sid: sid in self.connected
        )


@pytest.fixture
def times_up(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Checks whose time is over when the test says so."""
    checks: list[Any] = []
    monkeypatch.setattr(admission, "when_it_should_be_connected", checks.append)
    return checks


def test_a_session_that_does_not_connect_in_time_is_cut_off(times_up: list[Any]) -> None:
    house = House()
    viewer, silent = house.engineio.open("viewer"), house.engineio.open("silent")
    house.connected.add("viewer")
    for check in times_up:
        check()
    assert (viewer.closed, silent.closed) == (False, True)
    assert house.metrics.viewers_cut_off == {Ending.NOT_CONNECTED: 1}


def test_a_session_that_disconnects_has_one_such_time_more(times_up: list[Any]) -> None:
    house = House()
    viewer = house.engineio.open("viewer")
    house.connected.add("viewer")
    times_up.pop()()
    for _ in range(100):
        house.engineio.handlers["message"]("viewer", "1")
    house.connected.clear()
    [check] = times_up
    check()
    assert viewer.closed


def test_a_viewer_that_is_gone_when_its_time_is_over_is_nobody(times_up: list[Any]) -> None:
    house = House()
    house.engineio.open("silent").close(reason="transport close")
    for check in times_up:
        check()
    assert not house.metrics.viewers_cut_off


def test_each_viewer_that_is_cut_off_is_counted_by_its_reason(times_up: list[Any]) -> None:
    house = House()
    for ending in (Ending.SLOW, Ending.PROTOCOL_ERROR, Ending.PROTOCOL_ERROR):
        chores.cut_off(house.engineio.open("viewer"), ending)
    house.engineio.open("leaves").close(reason="transport close")
    house.engineio.open("deaf").close(reason=PING_TIMEOUT)
    house.admission.draining = True
    house.engineio.open("leaves").close(reason="transport close")
    assert house.metrics.viewers_cut_off == {
        Ending.SLOW: 1,
        Ending.PROTOCOL_ERROR: 2,
        Ending.PING_TIMEOUT: 1,
        Ending.DRAINING: 1,
    }
