"""What waits to be read, within limits."""

from __future__ import annotations

from dataclasses import replace

from tests.wire_fixture import samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.errors import Closed
from webhook_logger.client.stream.events import Event, Gap, Link, Responded
from webhook_logger.client.stream.mailbox import MAX_ASIDES, Mailbox


def request(seq: int, size: int = 0) -> CapturedRequest:
    return replace(samples()[0], seq=seq, body=Body(b"x" * size, size))


def all_of(mailbox: Mailbox) -> list[Event]:
    events = []
    while (event := mailbox.take()[0]) is not None:
        events.append(event)
    return events


def test_events_are_taken_in_their_order() -> None:
    mailbox = Mailbox()
    events = [Link("live"), request(1), Gap(2, "hole"), request(4)]
    for event in events:
        mailbox.put(event)
    assert all_of(mailbox) == events


def test_what_was_not_wanted_stays_and_is_not_looked_at_again() -> None:
    mailbox = Mailbox()
    for seq in (1, 2):
        mailbox.put(request(seq))
    looked_at = []

    def wanted(event: Event) -> bool:
        looked_at.append(event)
        return event == request(3)

    _, seen = mailbox.take(wanted)
    mailbox.put(request(3))
    assert mailbox.take(wanted, seen)[0] == request(3)
    assert looked_at == [request(1), request(2), request(3)]
    assert all_of(mailbox) == [request(1), request(2)]


def test_what_is_over_the_limit_is_a_gap_in_its_place() -> None:
    mailbox = Mailbox(most_requests=2)
    for seq in range(1, 6):
        mailbox.put(request(seq))
    mailbox.put(Gap(4, "hole"))
    assert mailbox.take()[0] == request(1)
    mailbox.put(request(10))
    mailbox.put(request(11))
    assert all_of(mailbox) == [request(2), Gap(7, "unread"), request(10), Gap(1, "unread")]


def test_weight_is_limited_too() -> None:
    mailbox = Mailbox(most_bytes=10)
    for seq in (1, 2, 3):
        mailbox.put(request(seq, size=6))
    assert all_of(mailbox) == [request(1, size=6), Gap(2, "unread")]
    mailbox.put(request(4, size=10))
    assert all_of(mailbox) == [request(4, size=10)]


def test_gaps_in_a_row_are_one() -> None:
    mailbox = Mailbox()
    for gap in (Gap(2, "away"), Gap(3, "away"), Gap(1, "hole")):
        mailbox.put(gap)
    assert all_of(mailbox) == [Gap(5, "away"), Gap(1, "hole")]
    for gap in (Gap(None, "away"), Gap(3, "away")):
        mailbox.put(gap)
    assert all_of(mailbox) == [Gap(None, "away")]


def test_asides_that_nobody_reads_are_limited_and_take_no_place_of_requests() -> None:
    mailbox = Mailbox()
    for seq in range(MAX_ASIDES + 5):
        mailbox.put(Responded("e", seq, 200, "default"))
    mailbox.put(request(1))
    events = all_of(mailbox)
    assert len(events) == MAX_ASIDES + 1
    assert events[-1] == request(1)


def test_gaps_that_nobody_reads_are_limited_whatever_stands_between_them() -> None:
    mailbox = Mailbox()
    for _ in range(MAX_ASIDES):
        mailbox.put(Gap(1, "away"))
        mailbox.put(Gap(1, "hole"))
    events = all_of(mailbox)
    assert len(events) == MAX_ASIDES
    assert sum(gap.count or 0 for gap in events if isinstance(gap, Gap)) == 2 * MAX_ASIDES


def test_what_waits_can_be_taken_after_the_end() -> None:
    changes = []
    mailbox = Mailbox(on_change=lambda: changes.append(1))
    mailbox.put(request(1))
    mailbox.end(Closed("a"))
    mailbox.end(Closed("b"))
    assert str(mailbox.ended) == "a"
    assert all_of(mailbox) == [request(1)]
    assert len(changes) == 3
