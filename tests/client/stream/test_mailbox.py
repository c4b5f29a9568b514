"""The bounded queue of events."""

from __future__ import annotations

from dataclasses import replace

from tests.wire_fixture import samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.errors import Closed
from webhook_logger.client.stream.events import ConnectionStatus, Event, Gap, Responded
from webhook_logger.client.stream.mailbox import MAX_OTHER_EVENTS, Mailbox


def request(seq: int, size: int = 0) -> CapturedRequest:
    return replace(samples()[0], seq=seq, body=Body(b"x" * size, size))


def all_of(mailbox: Mailbox) -> list[Event]:
    events = []
    while (event := mailbox.take()[0]) is not None:
        events.append(event)
    return events


def test_events_are_taken_in_order() -> None:
    mailbox = Mailbox()
    events = [ConnectionStatus("live"), request(1), Gap(2, "skipped"), request(4)]
    for event in events:
        mailbox.put(event)
    assert all_of(mailbox) == events


def test_unwanted_events_stay_and_are_checked_only_once() -> None:
    mailbox = Mailbox()
    for seq in (1, 2):
        mailbox.put(request(seq))
    checked = []

    def wanted(event: Event) -> bool:
        checked.append(event)
        return event == request(3)

    _, seen = mailbox.take(wanted)
    mailbox.put(request(3))
    assert mailbox.take(wanted, seen)[0] == request(3)
    assert checked == [request(1), request(2), request(3)]
    assert all_of(mailbox) == [request(1), request(2)]


def test_a_gap_replaces_requests_over_the_limit() -> None:
    mailbox = Mailbox(max_requests=2)
    for seq in range(1, 6):
        mailbox.put(request(seq))
    mailbox.put(Gap(4, "skipped"))
    assert mailbox.take()[0] == request(1)
    mailbox.put(request(10))
    mailbox.put(request(11))
    assert all_of(mailbox) == [request(2), Gap(7, "overflow"), request(10), Gap(1, "overflow")]


def test_the_size_of_bodies_is_limited() -> None:
    mailbox = Mailbox(max_bytes=10)
    for seq in (1, 2, 3):
        mailbox.put(request(seq, size=6))
    assert all_of(mailbox) == [request(1, size=6), Gap(2, "overflow")]
    mailbox.put(request(4, size=10))
    assert all_of(mailbox) == [request(4, size=10)]


def test_successive_gaps_are_merged() -> None:
    mailbox = Mailbox()
    for gap in (Gap(2, "disconnected"), Gap(3, "disconnected"), Gap(1, "skipped")):
        mailbox.put(gap)
    assert all_of(mailbox) == [Gap(5, "disconnected"), Gap(1, "skipped")]
    for gap in (Gap(None, "disconnected"), Gap(3, "disconnected")):
        mailbox.put(gap)
    assert all_of(mailbox) == [Gap(None, "disconnected")]


def test_other_unread_events_are_limited_and_do_not_displace_requests() -> None:
    mailbox = Mailbox()
    for seq in range(MAX_OTHER_EVENTS + 5):
        mailbox.put(Responded("e", seq, 200, "default"))
    mailbox.put(request(1))
    events = all_of(mailbox)
    assert len(events) == MAX_OTHER_EVENTS + 1
    assert events[-1] == request(1)


def test_unread_gaps_are_limited_even_if_they_alternate() -> None:
    mailbox = Mailbox()
    for _ in range(MAX_OTHER_EVENTS):
        mailbox.put(Gap(1, "disconnected"))
        mailbox.put(Gap(1, "skipped"))
    events = all_of(mailbox)
    assert len(events) == MAX_OTHER_EVENTS
    assert sum(gap.count or 0 for gap in events if isinstance(gap, Gap)) == 2 * MAX_OTHER_EVENTS


def test_queued_events_can_be_taken_after_the_end() -> None:
    changes = []
    mailbox = Mailbox(on_change=lambda: changes.append(1))
    mailbox.put(request(1))
    mailbox.end(Closed("a"))
    mailbox.end(Closed("b"))
    assert str(mailbox.ended) == "a"
    assert all_of(mailbox) == [request(1)]
    assert len(changes) == 3
