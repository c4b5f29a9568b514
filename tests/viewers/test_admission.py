"""The limit of a viewer's messages, with a clock that advances only when a caller sleeps."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from engineio.packet import NOOP

from webhook_logger import rates
from webhook_logger.errors import Reason, Refusal
from webhook_logger.metrics import Metrics
from webhook_logger.viewers import admission
from webhook_logger.viewers.admission import MAX_BLOCKED, Admission, ViewerLimits


class Clock:
    """Replaces `time`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    time = monotonic

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (admission, rates):
        monkeypatch.setattr(module, "time", clock)
    return clock


def test_messages_over_the_rate_wait_for_the_next_second_and_are_handled_in_order(
    clock: Clock,
) -> None:
    handled: list[tuple[float, str]] = []
    handlers: dict[str, Any] = {"message": lambda _, data: handled.append((clock.now, data))}
    engineio = SimpleNamespace(
        handlers=handlers,
        on=handlers.__setitem__,
        handle_request=None,
        ping_timeout=5,
        sockets={"sid": SimpleNamespace(sid="sid", upgraded=False, last_ping=None, closed=False)},
    )
    limits = ViewerLimits(0, 0, 10, message_bytes=0, queue_bytes=0, rooms=0)
    Admission(engineio, limits, Metrics(), lambda _: True)
    for number in range(31):
        handlers["message"]("sid", f"2[{number}]")
    assert handled == [(number // 10, f"2[{number}]") for number in range(31)]
    assert clock.pauses == [1, 1, 1]


def test_a_worker_that_disconnects_its_viewers_ends_their_polls() -> None:
    sent: dict[str, list[Any]] = {"polling": [], "websocket": []}
    sockets = {
        sid: SimpleNamespace(upgraded=sid == "websocket", queue=SimpleNamespace(put=packets.append))
        for sid, packets in sent.items()
    }
    engineio: Any = SimpleNamespace(handlers={}, on=None, sockets=sockets)
    limits = ViewerLimits(0, 0, 0, message_bytes=0, queue_bytes=0, rooms=0)
    Admission(engineio, limits, Metrics(), lambda _: True).begin_disconnecting()
    assert [packet.packet_type for packet in sent["polling"]] == [NOOP]
    assert sent["websocket"] == []


def test_viewers_of_blocked_addresses_take_no_place_and_are_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goodbyes: list[tuple[str, str]] = []
    monkeypatch.setattr(
        admission,
        "disconnect_after",
        lambda socket, last, _: goodbyes.append((socket.sid, last.data)),
    )
    handlers: dict[str, Any] = {
        name: lambda *_: None for name in ("connect", "message", "disconnect")
    }
    engineio: Any = SimpleNamespace(
        handlers=handlers,
        on=handlers.__setitem__,
        start_background_task=lambda *_: None,
        sockets={"0": SimpleNamespace(sid="0")},
    )
    limits = ViewerLimits(1, 0, 0, message_bytes=0, queue_bytes=0, rooms=0)
    admitted = Admission(
        engineio, limits, Metrics(), lambda _: True, is_blocked=lambda address: address == "bad"
    )
    for number in range(MAX_BLOCKED):
        admitted.check_new("bad")
        handlers["connect"](str(number), {"REMOTE_ADDR": "bad"})
    assert admitted.viewers == 0
    with pytest.raises(Refusal) as refused:
        admitted.check_new("bad")
    assert refused.value.reason == Reason.BLOCKED
    admitted.check_new("good")
    for _ in range(2):
        handlers["message"]("0", "0")
    [(sid, packet)] = goodbyes
    assert (sid, packet[0], '"blocked"' in packet) == ("0", "4", True)
    handlers["disconnect"]("0", "")
    admitted.check_new("bad")


def test_a_window_that_has_ended_needs_no_memory(clock: Clock) -> None:
    rate = rates.Rates(10, 1.0)
    for number in range(100):
        rate.take(str(number))
    clock.now = 2.0
    for _ in range(100):
        rate.take("99")
    assert list(rate._windows) == ["99"]


def test_viewers_share_equal_texts_and_texts_of_viewers_that_have_left_are_few(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission, "after_connect_timeout", lambda _check: None)
    kept: list[dict[str, Any]] = []
    handlers: dict[str, Any] = {"connect": lambda _, environ: kept.append(environ)}
    engineio: Any = SimpleNamespace(handlers=handlers, on=handlers.__setitem__, sockets={})
    limits = ViewerLimits(0, 0, 0, message_bytes=0, queue_bytes=0, rooms=0)
    Admission(engineio, limits, Metrics(), lambda _: True)
    for number in range(3000):
        handlers["connect"](str(number), {"HTTP_HOST": f"host-{number // 2}"})
    last = [environ["HTTP_HOST"] for environ in kept[-2:]]
    assert last == ["host-1499", "host-1499"]
    assert last[0] is last[1]
    assert len(admission._SHARED) <= 1024
