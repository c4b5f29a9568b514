"""Viewers of an interrupted room recover what they missed, slice by slice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.patience import eventually
from tests.support.stage import PollingViewer, Stage, seen
from webhook_logger.delivery import Barrier, Position, QueueUnavailable, ResponseReport
from webhook_logger.delivery.recovery import SLICE_REQUESTS, RecoveryLimits
from webhook_logger.viewers.recovery import VIEWERS_PER_TURN
from webhook_logger.viewers.room import MAX_DETAILS_BYTES, MAX_RESPONSES, CatchUp, Room

MISSED = 300
"""More requests than a slice has."""


@pytest.fixture
def stage() -> Stage:
    return Stage(RecoveryLimits(seconds=600))


def joined(viewer: PollingViewer) -> dict[str, Any]:
    """Return the next event, which must be `joined`."""
    while True:
        for name, payload in viewer.events():
            assert name in ("joined", "viewers")
            if name == "joined":
                return payload


def requests(first: int, last: int) -> list[tuple[str, int, None]]:
    return [("request", seq, None) for seq in range(first, last + 1)]


def test_viewers_of_an_interrupted_room_receive_everything_in_order(stage: Stage) -> None:
    viewers = [stage.viewer() for _ in range(3)]
    for viewer in viewers:
        seen(viewer, 1)
    stage.rooms.pause()
    stage.publish(MISSED)
    stage.rooms.resume()
    for viewer in viewers:
        assert seen(viewer, MISSED + 1) == [("joined", 0, 0), *requests(1, MISSED)]
    eventually(lambda: stage.metrics.requests_recovered == 3 * MISSED)
    assert stage.metrics.requests_delivered == 3 * MISSED
    assert stage.metrics.requests_missed == 0
    stage.publish()
    for viewer in viewers:
        assert seen(viewer, 1) == requests(MISSED + 1, MISSED + 1)


def test_a_small_gap_is_recovered_inside_the_barrier(stage: Stage) -> None:
    viewer = stage.viewer()
    seen(viewer, 1)
    stage.rooms.pause()
    stage.publish(2)
    stage.rooms.resume()
    stage.publish()
    assert seen(viewer, 4) == [("joined", 0, 0), *requests(1, 3)]


def test_a_large_room_recovers_while_requests_arrive(stage: Stage) -> None:
    viewers = [stage.viewer() for _ in range(2 * VIEWERS_PER_TURN + 1)]
    for viewer in viewers:
        seen(viewer, 1)
    stage.rooms.pause()
    stage.publish(2)
    sending = threading.Thread(target=stage.publish, args=(5,))
    sending.start()
    stage.rooms.resume()
    sending.join()
    for viewer in viewers:
        assert seen(viewer, 8) == [("joined", 0, 0), *requests(1, 7)]


def test_joined_says_how_many_requests_follow_from_before(stage: Stage) -> None:
    viewer = stage.viewer()
    assert "recovered" not in joined(viewer)
    stage.rooms.pause()
    stage.publish(2)
    stage.rooms.resume()
    [(name, payload), *_] = [each for each in viewer.events() if each[0] != "viewers"]
    assert (name, payload["recovered"]) == ("joined", 2)


def test_a_viewer_that_does_not_read_does_not_delay_the_others(stage: Stage) -> None:
    slow, quick = stage.viewer(), stage.viewer()
    seen(slow, 1)
    seen(quick, 1)
    stage.rooms.pause()
    stage.publish(MISSED)
    stage.rooms.resume()
    assert seen(quick, MISSED + 1)[-1] == ("request", MISSED, None)
    stage.publish()
    assert seen(quick, 1) == requests(MISSED + 1, MISSED + 1)
    assert seen(slow, MISSED + 2) == [("joined", 0, 0), *requests(1, MISSED + 1)]


def test_requests_that_are_dropped_on_the_way_are_counted() -> None:
    stage = Stage(RecoveryLimits(seconds=600, bytes=2**20))
    viewer = stage.viewer()
    seen(viewer, 1)
    stage.rooms.pause()
    stage.publish(MISSED)
    stage.rooms.resume()
    stage.publish(10 * MISSED)
    last, received, missed = 0, 0, 0
    events: list[tuple[str, int, int | None]] = []
    while last < 11 * MISSED:
        events += [] if events else seen(viewer, 1)
        name, seq, count = events.pop(0)
        if name == "joined":
            assert seq == last + (count or 0)
            missed += count or 0
        else:
            assert seq == last + 1
            received += 1
        last = seq
    assert missed == stage.metrics.requests_missed > 0
    assert received + missed == 11 * MISSED


def test_recovery_continues_when_the_queue_is_available_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = stage.viewer()
    seen(viewer, 1)
    stage.rooms.pause()
    stage.publish(MISSED)
    positions = []

    @contextmanager
    def barrier(uuid: str, since: Position | None = None) -> Iterator[Barrier]:
        positions.append(since and since.seq)
        if len(positions) == 2:
            raise QueueUnavailable("The queue is unavailable.")
        with available(uuid, since) as reached:
            yield reached

    available = stage.delivery.barrier
    monkeypatch.setattr(stage.delivery, "barrier", barrier)
    stage.rooms.resume()
    assert seen(viewer, MISSED + 1) == [("joined", 0, 0), *requests(1, MISSED)]
    assert positions == [0, SLICE_REQUESTS, SLICE_REQUESTS]


def test_a_new_epoch_on_the_way_is_an_unknown_gap(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = stage.viewer()
    seen(viewer, 1)
    stage.rooms.pause()
    stage.publish(MISSED)
    stage.rooms.resume()

    @contextmanager
    def barrier(uuid: str, since: Position | None = None) -> Iterator[Barrier]:
        yield Barrier("another", 7, 0)

    monkeypatch.setattr(stage.delivery, "barrier", barrier)
    before = [("joined", 0, 0), *requests(1, SLICE_REQUESTS)]
    assert seen(viewer, len(before) + 1) == [*before, ("joined", 7, None)]


def test_a_second_interruption_on_the_way_loses_nothing(stage: Stage) -> None:
    viewer = stage.viewer()
    seen(viewer, 1)
    stage.rooms.pause()
    stage.publish(MISSED)
    stage.rooms.resume()
    stage.rooms.pause()
    stage.publish(MISSED)
    stage.rooms.resume()
    assert seen(viewer, 2 * MISSED + 1) == [("joined", 0, 0), *requests(1, 2 * MISSED)]


def test_joined_follows_a_report_that_the_queue_is_available(stage: Stage) -> None:
    viewer = stage.viewer()
    seen(viewer, 1)
    stage.rooms.pause()
    stage.publish(MISSED)
    stage.rooms.resume()
    stage.rooms.status("The queue is unavailable.")
    stage.rooms.status(None)
    stage.rooms.resume()
    assert seen(viewer, MISSED + 2) == [
        ("joined", 0, 0),
        *requests(1, SLICE_REQUESTS),
        ("joined", SLICE_REQUESTS, 0),
        *requests(SLICE_REQUESTS + 1, MISSED),
    ]


def test_the_status_of_a_part_of_the_queue_names_the_callback(stage: Stage) -> None:
    viewer = stage.viewer()
    seen(viewer, 1)
    stage.rooms.status("A part is unavailable.", frozenset({stage.uuid}))
    stage.rooms.status(None, frozenset({stage.uuid}))
    stage.rooms.status("The queue is unavailable.")
    statuses: list[dict[str, object]] = []
    while len(statuses) < 3:
        statuses += [payload for name, payload in viewer.events() if name == "status"]
    assert [(each["queue"], each.get("uuid")) for each in statuses] == [
        *(("down", stage.uuid), ("up", stage.uuid), ("down", None)),
    ]


def test_a_late_response_follows_its_recovered_request(stage: Stage) -> None:
    viewer = stage.viewer()
    epoch = joined(viewer)["epoch"]
    stage.rooms.pause()
    stage.publish(MISSED)
    stage.rooms.resume()
    late = ResponseReport(stage.uuid, epoch, MISSED, 202, "responder")
    stage.rooms.responded(late)
    names: list[tuple[str, int]] = []
    while ("responded", MISSED) not in names:
        names += [(name, payload.get("seq")) for name, payload in viewer.events()]
    assert names.index(("request", MISSED)) < names.index(("responded", MISSED))


def test_details_of_late_responses_are_kept_up_to_a_limit() -> None:
    catch_up = CatchUp(Room("epoch", 0), "epoch", 0, {})
    details = b"x" * (MAX_DETAILS_BYTES // 2)
    for seq in range(1, MAX_RESPONSES + 2):
        catch_up.has_received(ResponseReport("uuid", "epoch", seq, 200, "reply", details))
    assert [seq for (_, seq), each in catch_up.responses.items() if each.details] == [2]
    assert catch_up.details_bytes == len(details)


def test_repeated_joins_read_kept_requests_only_as_fast_as_the_viewer_reads(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = stage.viewer()
    epoch = joined(viewer)["epoch"]
    stage.publish(3)
    seen(viewer, 3)
    positions = []

    @contextmanager
    def barrier(uuid: str, since: Position | None = None) -> Iterator[Barrier]:
        positions.append(since and since.seq)
        with available(uuid, since) as reached:
            yield reached

    available = stage.delivery.barrier
    monkeypatch.setattr(stage.delivery, "barrier", barrier)
    stage.publish()  # waits for the viewer's poll
    joins = 5
    for _ in range(joins):
        viewer.emit("join", {"uuid": stage.uuid, "epoch": epoch, "seq": 0})
    received = 0
    while received < 1 + 4 * joins:
        received += sum(name == "request" for name, _ in viewer.events())
        assert len(positions) <= (received + 3) // 4
    assert positions == [0] * joins
