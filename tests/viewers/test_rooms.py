"""Joining and pausing rooms."""

from __future__ import annotations

import queue
import threading

import pytest

from tests.support.patience import PATIENCE_SECONDS
from tests.support.stage import Stage, seen
from webhook_logger.viewers.notices import SETTLE_SECONDS


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_pause_holds_requests_back_and_the_new_barrier_counts_them(stage: Stage) -> None:
    viewer = stage.viewer()
    assert seen(viewer, 1) == [("joined", 0, 0)]
    stage.publish()
    assert seen(viewer, 1) == [("request", 1, None)]
    stage.rooms.pause()
    stage.publish()
    stage.publish()
    stage.rooms.resume()
    stage.publish()
    assert seen(viewer, 2) == [("joined", 3, 2), ("request", 4, None)]


def test_a_join_during_a_pause_gives_the_others_their_barrier_first(stage: Stage) -> None:
    viewer = stage.viewer()
    seen(viewer, 1)
    stage.rooms.pause()
    stage.publish()
    newcomer = stage.viewer()
    assert seen(newcomer, 1) == [("joined", 1, 0)]
    assert seen(viewer, 1) == [("joined", 1, 1)]
    stage.rooms.resume()
    stage.publish()
    assert seen(viewer, 1) == [("request", 2, None)], "no second barrier"
    assert seen(newcomer, 1) == [("request", 2, None)]


def test_viewer_counts_are_sent_at_most_once_per_second(stage: Stage) -> None:
    pauses: queue.Queue[float] = queue.Queue()
    resume = threading.Semaphore(0)

    def pause(seconds: float) -> None:
        pauses.put(seconds)
        resume.acquire(timeout=PATIENCE_SECONDS)

    def received() -> list[dict[str, object]]:
        """Return the counts that the viewer received before the next long pause."""
        assert pauses.get(timeout=PATIENCE_SECONDS) == SETTLE_SECONDS
        resume.release()
        assert pauses.get(timeout=PATIENCE_SECONDS) == 1
        return [args for name, args in viewer.events() if name == "viewers"]

    viewer = stage.viewer()
    seen(viewer, 1)
    stage.socketio.sleep = pause
    stage.rooms.presence(stage.uuid, 3, False)
    stage.rooms.presence(stage.uuid, 2, False)
    assert [each["viewers"] for each in received()] == [2]
    # A viewer that moves changes the number twice, which is not sent.
    stage.rooms.presence(stage.uuid, 3, False)
    resume.release()
    assert pauses.get(timeout=PATIENCE_SECONDS) == SETTLE_SECONDS
    stage.rooms.presence(stage.uuid, 2, False)
    resume.release()
    assert pauses.get(timeout=PATIENCE_SECONDS) == 1
    for viewers in range(3, 10):
        stage.rooms.presence(stage.uuid, viewers, False)
    resume.release()
    assert [each["viewers"] for each in received()] == [9]
    resume.release()
