"""Work for threads: in order, at the same time, and never more of it waiting than has room."""

from __future__ import annotations

import queue
import threading

import pytest

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.client.relay import lanes
from webhook_logger.client.relay.lanes import Lane


class Hold:
    """Work that is not done before it may."""

    def __init__(self) -> None:
        self.begun: queue.Queue[int] = queue.Queue()
        self.may = threading.Semaphore(0)

    def do(self, work: int) -> None:
        self.begun.put(work)
        assert self.may.acquire(timeout=PATIENCE_SECONDS)


def put_soon(lane: Lane[int], work: int, size: int) -> threading.Thread:
    thread = threading.Thread(target=lane.put, args=(work, size))
    thread.start()
    return thread


def test_one_thread_does_it_in_order() -> None:
    done: list[int] = []
    lane = Lane(done.append, threads=1)
    for number in range(500):
        lane.put(number, 0)
    lane.finish()
    assert done == list(range(500))
    assert lane.left == 0


@pytest.mark.parametrize(("limit", "most"), [("MAX_WAITING", 2), ("MAX_BYTES", 25)])
def test_whoever_has_more_than_there_is_room_for_waits(
    monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    monkeypatch.setattr(lanes, limit, most)
    hold = Hold()
    lane = Lane(hold.do, threads=1)
    lane.put(0, 10)
    assert hold.begun.get(timeout=PATIENCE_SECONDS) == 0
    lane.put(1, 10)
    lane.put(2, 10)
    waiting = put_soon(lane, 3, 10)
    assert lane.left == 3
    assert waiting.is_alive()
    hold.may.release()
    waiting.join(PATIENCE_SECONDS)
    assert not waiting.is_alive()
    hold.may.release(3)
    lane.finish()
    assert [hold.begun.get_nowait() for _ in range(3)] == [1, 2, 3]


def test_what_is_larger_than_all_the_room_goes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "MAX_BYTES", 5)
    done: list[int] = []
    lane = Lane(done.append, threads=1)
    for number in range(3):
        lane.put(number, 100)
    lane.finish()
    assert done == [0, 1, 2]
