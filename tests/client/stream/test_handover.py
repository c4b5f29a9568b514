"""The events of a second connection wait until the first has caught up, or has ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from tests.wire_fixture import samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.stream import handover
from webhook_logger.client.stream.events import Refused, Responded
from webhook_logger.client.stream.handover import HoldBack
from webhook_logger.client.stream.position import InboxPosition
from webhook_logger.client.stream.wire import Bye, Joined, QueueStatus, StreamEvent

ENDS = None
"""The end of the first connection."""
DOWN, UP = QueueStatus(True, "no Redis"), QueueStatus(False, "")
BYE = Bye("draining", 3)
REFUSED = Refused(1, 429, "rate_limited", "Too many.")

Step = tuple[int, StreamEvent | None]
"""The number of the connection, and its event."""


def request(seq: int, epoch: str = "e") -> CapturedRequest:
    return replace(samples()[0], epoch=epoch, seq=seq, id=f"{epoch} {seq}")


def joined(seq: int, missed: int | None = 0, epoch: str = "e", recovered: int = 0) -> Joined:
    return Joined(epoch, seq, missed, recovered)


def responded(seq: int) -> Responded:
    return Responded("e", seq, 200, "default")


def first(*events: StreamEvent | int | None) -> list[Step]:
    """Return events of the first connection. A number is the `seq` of a request."""
    return [(1, request(each) if isinstance(each, int) else each) for each in events]


def second(*events: StreamEvent | int) -> list[Step]:
    return [(2, request(each) if isinstance(each, int) else each) for each in events]


@dataclass
class Case:
    """Events of two connections, where the first starts at `seq` 4, and the events delivered."""

    name: str
    steps: list[Step]
    expected: list[StreamEvent]
    switches: bool = True


CASES = [
    Case(
        "both are level",
        second(joined(4), 5),
        [joined(4), request(5)],
    ),
    Case(
        "the first is ahead",
        [*first(5, 6), *second(joined(4), 5, 6, 7)],
        [request(5), request(6), joined(6), request(7)],
    ),
    Case(
        "the second is ahead",
        [*second(joined(6, 2), 7, 8), *first(5, 6), *second(9)],
        [request(5), request(6), joined(6), request(7), request(8), request(9)],
    ),
    Case(
        "the first does not catch up",
        [*second(joined(6, 2), 7), *first(5)],
        [request(5)],
        switches=False,
    ),
    Case(
        "the first ends early",
        [*second(joined(7, 3), 8), *first(5, ENDS), *second(9)],
        [request(5), joined(7, 2), request(8), request(9)],
    ),
    Case(
        "the first joins again, after the second",
        [*second(joined(6, 2), 7), *first(joined(8, 4)), *second(8, 9)],
        [joined(8, 4), joined(8), request(9)],
    ),
    Case(
        "the second joins again",
        [*second(joined(5, 1), 6, joined(8, 2), 9), *first(5, 6, ENDS)],
        [request(5), request(6), joined(6), joined(8, 2), request(9)],
    ),
    Case(
        "the epoch differs and the first does not end",
        [*second(joined(0, None, "new"), request(1, "new")), *first(5, 6)],
        [request(5), request(6)],
        switches=False,
    ),
    Case(
        "the epoch differs and the first ends",
        [*second(joined(0, 0, "new"), request(1, "new")), *first(5, ENDS)],
        [request(5), joined(0, None, "new"), request(1, "new")],
    ),
    Case(
        "the first gets the new epoch too",
        [
            *second(joined(1, None, "new")),
            *first(joined(0, None, "new"), request(1, "new")),
            *second(request(2, "new")),
        ],
        [joined(0, None, "new"), request(1, "new"), joined(1, 0, "new"), request(2, "new")],
    ),
    Case(
        "a response is in both",
        [
            *second(joined(5, 1), 6, responded(5), responded(6)),
            *first(responded(5), 5),
            *second(responded(4)),
        ],
        [responded(5), request(5), joined(5), request(6), responded(6), responded(4)],
    ),
    Case(
        "a response arrives again after the switch",
        [*first(5, responded(5)), *second(joined(4), 5, responded(5))],
        [request(5), responded(5), joined(5)],
    ),
    Case(
        "a refusal is in both",
        [*second(joined(5, 1), REFUSED), *first(REFUSED, 5)],
        [REFUSED, request(5), joined(5)],
    ),
    Case(
        "the queue was unavailable before the second joined",
        second(DOWN, UP, joined(4)),
        [joined(4)],
    ),
    Case(
        "the queue becomes unavailable",
        [*second(joined(5, 1), DOWN), *first(5)],
        [request(5), joined(5), DOWN],
    ),
    Case(
        "the second says bye",
        [*second(joined(5, 1), BYE), *first(5)],
        [request(5), joined(5), BYE],
    ),
    Case(
        "the first delivers the recovered requests",
        [*second(joined(4, 0, recovered=2), 5, 6), *first(5, 6), *second(7)],
        [request(5), request(6), joined(6), request(7)],
    ),
    Case(
        "the first ends before it has delivered the recovered requests",
        [*second(joined(4, 0, recovered=3), 5), *first(5), *second(6), *first(ENDS), *second(7)],
        [request(5), joined(5, 0, recovered=2), request(6), request(7)],
    ),
]


class Viewer:
    """Delivers events like a stream: those of the first connection, and then the second's."""

    def __init__(self) -> None:
        self.position = InboxPosition()
        self.position.joined(joined(4))
        self.held: HoldBack | None = HoldBack()

    def delivered(self, steps: list[Step]) -> Iterator[StreamEvent]:
        for number, event in steps:
            if event is ENDS:
                yield from self._switch()
            elif number == 1 or not self.held:
                assert number == 2 or self.held, "the first connection is closed"
                yield from self._deliver(event)
            else:
                self.held.add(event)
            if self.held and self.held.is_due(self.position):
                yield from self._switch()

    def _switch(self) -> Iterator[StreamEvent]:
        held, self.held = self.held, None
        assert held
        for event in held.release(self.position):
            yield from self._deliver(event)

    def _deliver(self, event: StreamEvent) -> Iterator[StreamEvent]:
        if isinstance(event, Joined):
            gap = self.position.joined(event)
            assert (gap.count if gap else 0) == event.missed
        elif isinstance(event, CapturedRequest):
            gap, is_new = self.position.requested(event)
            assert gap is None
            if not is_new:
                return
        elif isinstance(event, Responded) and not self.position.responded(event):
            return
        yield event


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_two_connections_deliver_each_request_once_and_in_order(case: Case) -> None:
    viewer = Viewer()
    assert list(viewer.delivered(case.steps)) == case.expected
    assert (viewer.held is None) is case.switches


def test_every_interleaving_delivers_all_requests() -> None:
    for seq in (4, 5, 6, 7):
        later = second(joined(seq, seq - 4), *range(seq + 1, 9))
        for steps in interleavings(first(5, 6, 7), later):
            delivered = Viewer().delivered(list(until_switched(steps, seq)))
            seqs = [each.seq for each in delivered if isinstance(each, CapturedRequest)]
            assert seqs == [5, 6, 7, 8]


def interleavings(one: list[Step], other: list[Step]) -> Iterator[list[Step]]:
    if not one or not other:
        yield one + other
        return
    yield from ([one[0], *rest] for rest in interleavings(one[1:], other))
    yield from ([other[0], *rest] for rest in interleavings(one, other[1:]))


def until_switched(steps: list[Step], seq: int) -> Iterator[Step]:
    """Yield the steps without those of the first connection after it is closed."""
    last, has_joined = 4, False
    for number, event in steps:
        is_closed = has_joined and last >= seq
        if number == 1 and isinstance(event, CapturedRequest) and not is_closed:
            last = event.seq
        has_joined = has_joined or isinstance(event, Joined)
        if number == 2 or not is_closed:
            yield number, event


def test_too_many_waiting_events_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "MAX_HELD_EVENTS", 3)
    held = HoldBack()
    for event in (joined(4), request(5), request(6)):
        held.add(event)
    assert held.joined
    assert not held.is_full
    held.add(request(7))
    held.add(joined(4))
    assert held.is_full
    assert not held.is_due(Viewer().position)
    assert held.release(Viewer().position) == []


@pytest.mark.parametrize(
    "event",
    [
        replace(request(5), body=Body(b"x" * 1001, 1001)),
        replace(request(5), headers=(("X", "x" * 1000),)),
        replace(request(5), remote_addr="x" * 1001),
        replace(responded(5), by="x" * 1001),
        joined(4, epoch="x" * 1001),
    ],
    ids=["body", "header", "address", "source", "epoch"],
)
def test_the_size_of_waiting_events_is_limited(
    monkeypatch: pytest.MonkeyPatch, event: StreamEvent
) -> None:
    monkeypatch.setattr(handover, "MAX_HELD_BYTES", 1000)
    held = HoldBack()
    held.add(event)
    assert held.is_full
