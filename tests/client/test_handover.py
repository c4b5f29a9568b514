"""An inbox moves from a draining worker to another one, here scripted servers."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.websockets import CONNECTED, OPEN, PacketServer, Received, Step, event, joined
from tests.wire_fixture import samples
from webhook_logger.client import (
    CapturedRequest,
    ConnectionStatus,
    Event,
    Gap,
    Inbox,
    Recovered,
    Responding,
)
from webhook_logger.client.stream import handover, stream

BYE = event("bye", {"reason": "draining", "seconds": 60})
ENDS = "1"
LIVE = ConnectionStatus("live")
SECOND = CONNECTED.replace('"b"', '"c"')


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect without a pause, and report no connection that is only slow as stalled."""
    monkeypatch.setattr(stream, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(stream, "STALLED_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(handover, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(handover, "random", SimpleNamespace(random=lambda: 0.0))


def request(seq: int, epoch: str = "e") -> str:
    return event(
        "request", replace(samples()[0], epoch=epoch, seq=seq, id=f"{epoch}-{seq}").to_wire()
    )


def first(inbox: Inbox, count: int) -> list[object]:
    """Return the first events, and requests as their `seq`."""
    return [short(each) for each in itertools.islice(inbox.events(), count)]


def short(event: Event) -> object:
    return event.seq if isinstance(event, CapturedRequest) else event


def auth_of(server: PacketServer, number: int) -> dict[str, Any]:
    """Return the `auth` of a connection, by its number."""
    packets = server.received[number]
    eventually(lambda: packets)  # the script can be faster than the client
    payload: dict[str, Any] = json.loads(packets[0].removeprefix("40"))
    return payload


class Gate:
    """Holds a script until the test opens the gate, and reports that the script is there."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._reached = threading.Event()

    def __call__(self) -> None:
        self._reached.set()
        assert self._open.wait(PATIENCE_SECONDS)

    def open(self) -> None:
        self._open.set()

    def wait(self) -> None:
        """Wait until the script is at the gate."""
        assert self._reached.wait(PATIENCE_SECONDS)


def names() -> list[str]:
    """Return the names of all threads."""
    return [thread.name for thread in threading.enumerate()]


def until_held(inbox: Inbox) -> None:
    """Wait until the inbox holds events of its second connection back."""

    def is_held() -> bool:
        current = inbox._stream._handover
        return current is not None and current.held.joined is not None

    eventually(is_held)


def run(
    *scripts: list[Step], count: int, meanwhile: Callable[[Inbox], object] = lambda _: None
) -> tuple[list[object], PacketServer]:
    """Return the first events of an inbox, and its server."""
    with PacketServer(*scripts) as server, Inbox(server.url, timeout=None) as inbox:
        meanwhile(inbox)
        events = first(inbox, count)
    return events, server


def test_the_inbox_moves_without_a_gap_or_a_change_of_status() -> None:
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), BYE, request(5)],
        [OPEN, SECOND, joined(4), request(5), request(6), request(7)],
    ]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        assert first(inbox, 4) == [LIVE, 5, 6, 7]
        eventually(lambda: server.closed == 1)
        assert server.connections == 2
        auth = auth_of(server, 1)
        assert auth.pop("seq") in (4, 5)
        assert auth == {**inbox._address.identity, "epoch": "e", "replaces": "b"}


def test_the_second_connection_waits_for_the_first() -> None:
    gate = Gate()
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), BYE, gate, request(5), request(6)],
        [OPEN, SECOND, joined(6, 2), request(7)],
    ]

    def open_when_held(inbox: Inbox) -> None:
        until_held(inbox)
        gate.open()

    events, _ = run(*scripts, count=4, meanwhile=open_when_held)
    assert events == [LIVE, 5, 6, 7]


def test_a_first_connection_that_ends_early_leaves_a_gap() -> None:
    gate = Gate()
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), BYE, gate, request(5), ENDS],
        [OPEN, SECOND, joined(7, 3), request(8)],
    ]

    def open_when_held(inbox: Inbox) -> None:
        until_held(inbox)
        gate.open()

    events, server = run(*scripts, count=4, meanwhile=open_when_held)
    assert events == [LIVE, 5, Gap(2, "disconnected"), 8]
    assert server.connections == 2


def test_the_inbox_tries_again_until_another_worker_accepts() -> None:
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), BYE],
        ["hello"],
        [OPEN, ENDS],
        [OPEN, SECOND, joined(5, 1), "42[", request(6)],
        [OPEN, SECOND, event("status", {"queue": "down"}), joined(4), request(5)],
    ]
    events, server = run(*scripts, count=2)
    assert events == [LIVE, 5]
    assert server.connections == 5


def test_the_inbox_reconnects_if_no_other_worker_accepts_in_time() -> None:
    gate = Gate()
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), BYE, gate, ENDS],
        [OPEN, ENDS],
        [OPEN, gate.open, SECOND],
        [OPEN, SECOND, joined(5, 1)],
    ]
    events, _ = run(*scripts, count=4)
    assert events == [
        LIVE,
        ConnectionStatus("reconnecting", "draining"),
        Gap(1, "disconnected"),
        LIVE,
    ]


def test_a_second_connection_that_is_refused_is_not_tried_again() -> None:
    gate = Gate()
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), BYE, gate, ENDS],
        [OPEN, '44{"message":"no"}'],
        [OPEN, SECOND, joined(4)],
    ]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        eventually(lambda: server.closed == 1)
        eventually(lambda: "webhook-logger handover" not in names())
        gate.open()
        assert first(inbox, 3) == [LIVE, ConnectionStatus("reconnecting", "draining"), LIVE]
        assert "replaces" not in auth_of(server, 2)


@pytest.mark.parametrize("seconds", [0, None, "60", -1])
def test_bye_without_seconds_starts_no_handover(seconds: object) -> None:
    bye = event("bye", {"reason": "draining", "seconds": seconds})
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), bye, ENDS],
        [OPEN, SECOND, joined(4)],
    ]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        assert first(inbox, 3) == [LIVE, ConnectionStatus("reconnecting", "draining"), LIVE]
        assert "replaces" not in auth_of(server, 1)


@pytest.mark.parametrize("sid", ["5", '["b"]', '""', '"' + "x" * 65 + '"', "null"])
def test_an_invalid_sid_is_not_sent(sid: str) -> None:
    scripts: list[list[Step]] = [
        [OPEN, f'40{{"sid":{sid}}}', joined(4), BYE],
        [OPEN, SECOND, joined(4), request(5)],
    ]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        assert first(inbox, 2) == [LIVE, 5]
        assert "replaces" not in auth_of(server, 1)


def test_the_second_connection_can_say_bye_too() -> None:
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), BYE],
        [OPEN, SECOND, BYE, joined(4), request(5)],
        [OPEN, CONNECTED, joined(5), request(6)],
    ]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        assert first(inbox, 3) == [LIVE, 5, 6]
        assert auth_of(server, 2)["replaces"] == "c"


def test_many_byes_open_one_connection() -> None:
    gate = Gate()
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), *([BYE] * 2000), gate, request(5)],
        [OPEN, SECOND, joined(5, 1), request(6)],
    ]

    def open_when_held(inbox: Inbox) -> None:
        gate.wait()
        until_held(inbox)
        assert names().count("webhook-logger handover") == 1
        gate.open()

    events, server = run(*scripts, count=3, meanwhile=open_when_held)
    assert events == [LIVE, 5, 6]
    assert server.connections == 2


def test_a_first_connection_that_does_not_end_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "GRACE_SECONDS", -60)
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), BYE],
        [OPEN, SECOND, event("joined", {"epoch": "f", "seq": 0, "missed": None}), request(1, "f")],
    ]
    events, server = run(*scripts, count=3)
    assert events == [LIVE, Gap(None, "disconnected"), 1]
    assert server.connections == 2


def test_the_inbox_stays_with_the_first_connection_if_it_holds_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(handover, "MAX_HELD_EVENTS", 3)
    gate = Gate()
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), BYE, gate, request(5), ENDS],
        [OPEN, SECOND, joined(9, 5), *map(request, range(10, 20))],
        [OPEN, SECOND, joined(19, 14)],
    ]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        eventually(lambda: server.closed == 1)
        gate.open()
        reconnecting = ConnectionStatus("reconnecting", "draining")
        assert first(inbox, 5) == [LIVE, 5, reconnecting, Gap(14, "disconnected"), LIVE]
        assert "replaces" not in auth_of(server, 2)


def test_closing_the_inbox_closes_the_second_connection() -> None:
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), BYE],
        [OPEN, SECOND, joined(9, 5)],
    ]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        until_held(inbox)
        inbox.close()
        assert not [each for each in threading.enumerate() if "webhook" in each.name]
        eventually(lambda: server.closed == 2)


CLAIMED = Received(2)  # the CONNECT and the claim
CLAIM_IS_OK = '431[{"ok":true}]'


def test_a_responder_keeps_its_role() -> None:
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), CLAIMED, CLAIM_IS_OK, BYE],
        [OPEN, SECOND, joined(4), request(5), CLAIMED, CLAIM_IS_OK, request(6)],
    ]
    with PacketServer(*scripts) as server, Inbox(server.url, respond=True, timeout=None) as inbox:
        assert first(inbox, 4) == [LIVE, Responding(True), 5, 6]
        eventually(lambda: len(server.received[1]) == 2)
        assert json.loads(server.received[1][1].lstrip("0123456789")) == [
            "join",
            {**inbox._address.identity, "respond": True},
        ]
        assert inbox.responding


def test_a_responder_claims_the_role_again_if_its_second_connection_is_lost() -> None:
    claimed = Gate()
    scripts: list[list[Step]] = [
        [
            OPEN,
            CONNECTED,
            joined(4),
            CLAIMED,
            CLAIM_IS_OK,
            BYE,
            claimed,
            '432[{"ok":true}]',
            request(5),
        ],
        [OPEN, SECOND, joined(5, 1), ENDS],
        [OPEN, SECOND, joined(5, 1), CLAIMED, CLAIM_IS_OK, request(6)],
    ]
    with PacketServer(*scripts) as server, Inbox(server.url, respond=True, timeout=None) as inbox:
        eventually(lambda: len(server.received) and len(server.received[0]) >= 3)
        claimed.open()
        assert first(inbox, 4) == [LIVE, Responding(True), 5, 6]


def test_handshakes_are_claimed_on_the_second_connection_before_it_replaces_the_first() -> None:
    claimed = Gate()
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), CLAIMED, CLAIM_IS_OK, BYE, claimed, request(5)],
        [OPEN, SECOND, joined(5, 1), CLAIMED, CLAIM_IS_OK, request(6)],
    ]
    with (
        PacketServer(*scripts) as server,
        Inbox(server.url, respond="handshakes", timeout=None) as inbox,
    ):
        eventually(lambda: len(server.received) == 2 and len(server.received[1]) == 2)
        claims = [packets[1].lstrip("0123456789") for packets in server.received]
        assert [json.loads(each) for each in claims] == [
            ["join", {**inbox._address.identity, "respond": "handshakes"}]
        ] * 2
        claimed.open()
        assert first(inbox, 4) == [LIVE, Responding(True), 5, 6]


def test_recovered_requests_are_reported_after_the_gap() -> None:
    again = event("joined", {"epoch": "e", "seq": 6, "missed": 2, "recovered": 2})
    scripts: list[list[Step]] = [
        [OPEN, CONNECTED, joined(4), ENDS],
        [OPEN, SECOND, again, request(7), request(8)],
    ]
    events, _ = run(*scripts, count=7)
    assert isinstance(events[1], ConnectionStatus)
    assert events[2:] == [Gap(2, "disconnected"), Recovered(2), LIVE, 7, 8]
