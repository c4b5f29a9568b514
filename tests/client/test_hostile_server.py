"""A server that is none, or an odd one: it is told, nothing hangs, and nothing is left."""

from __future__ import annotations

import itertools
import json
import threading

import pytest

from tests.support.processes import ROOT, for_seconds
from tests.support.websockets import CONNECTED, OPEN, PacketServer, event, joined
from tests.wire_fixture import samples
from webhook_logger.client import CapturedRequest, Event, Gap, Inbox, Link, Rejected, Unreachable

GOOD = samples()[0].to_wire() | {"epoch": "e", "seq": 5}

GARBAGE = {
    "no JSON": "42[",
    "deep JSON": "42" + "[" * 100_000,
    "no Socket.IO": "4x",
    "no Engine.IO": "x",
    "an attachment": "451-[]",
    "no payload": event("joined"),
    "too much payload": event("request", {}, {}),
    "a list as payload": event("request", []),
    "a text as payload": event("request", "x"),
    "a number as time": event("request", GOOD | {"received_at": 1}),
    "no base64": event("request", GOOD | {"body": {"encoding": "base64", "content": "?"}}),
    "an odd header": event("request", GOOD | {"headers": [["a"]]}),
    "joined without seq": event("joined", {"epoch": "e", "missed": 0}),
    "bye without a reason": event("bye", None),
}


FIXTURE = json.loads((ROOT / "tests/fixtures/captured_requests.json").read_text(encoding="utf-8"))


def first(inbox: Inbox, count: int) -> list[Event]:
    return list(itertools.islice(inbox.events(), count))


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_told_and_the_inbox_comes_back_from_where_it_was(garbage: str) -> None:
    good = event("request", GOOD)
    scripts = [[OPEN, CONNECTED, joined(4), garbage, good], [OPEN, CONNECTED, joined(5, 1), good]]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        live, away, gap, again = first(inbox, 4)
        assert live == again == Link("live")
        assert isinstance(away, Link)
        assert away.state == "reconnecting"
        assert gap == Gap(1, "away")


@pytest.mark.parametrize("packet", ["41", "1"], ids=["Socket.IO", "Engine.IO"])
def test_it_comes_back_when_the_server_disconnects_it(packet: str) -> None:
    scripts = [[OPEN, CONNECTED, joined(4), packet], [OPEN, CONNECTED, joined(4)]]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        links = first(inbox, 3)
        assert [link.state for link in links] == ["live", "reconnecting", "live"]


def test_what_is_on_the_wire_comes_out_byte_by_byte() -> None:
    wires = [row["wire"] for row in FIXTURE]
    packets = [event("request", wire) for wire in wires]
    start = event("joined", {"epoch": wires[0]["epoch"], "seq": 0, "missed": 0, "viewers": 1})
    with PacketServer([OPEN, CONNECTED, start, *packets]) as server, Inbox(server.url) as inbox:
        requests = list(itertools.islice(inbox, len(wires)))
    assert [request.to_wire() for request in requests] == wires
    assert [request.body.content.hex() for request in requests] == [
        row["body_hex"] for row in FIXTURE
    ]


def test_events_that_are_not_known_here_are_passed_over() -> None:
    later = [event("newer", 1, [2]), event("viewers", {"viewers": 2}), event("request", GOOD)]
    with PacketServer([OPEN, CONNECTED, joined(4), *later]) as server, Inbox(server.url) as inbox:
        assert isinstance(first(inbox, 2)[1], CapturedRequest)


@pytest.mark.parametrize("reason", ['{"message":"bad uuid"}', '"bad uuid"'])
def test_what_is_refused_for_good_is_told_and_not_tried_again(reason: str) -> None:
    with PacketServer([OPEN, f"44{reason}"]) as server:
        inbox = Inbox(server.url)
        with pytest.raises(Rejected, match="bad uuid"):
            inbox.open()
        assert inbox.link == Link("refused", "The server refuses this: bad uuid.")
        assert server.connections == 1


def test_what_is_refused_later_ends_the_iteration() -> None:
    scripts = [[OPEN, CONNECTED, joined(4), "1"], [OPEN, "44"]]
    with PacketServer(*scripts) as server, Inbox(server.url) as inbox:
        with pytest.raises(Rejected):
            list(inbox)


@pytest.mark.parametrize("script", [[], ["0{}"], ["0"], ["hello"], [OPEN, "41"], [OPEN, "1"]])
def test_a_server_that_never_gets_there_is_told(script: list[str]) -> None:
    with PacketServer(script) as server, pytest.raises(Unreachable, match="within 0"):
        Inbox(server.url, timeout=0.1).open()
    for_seconds(10, lambda: not [t for t in threading.enumerate() if "webhook" in t.name])


def test_a_server_that_never_lets_join_is_stalled() -> None:
    with PacketServer([OPEN, CONNECTED]) as server, Inbox(server.url, timeout=None) as inbox:
        assert first(inbox, 1) == [Link("stalled", "the server can't deliver now")]
