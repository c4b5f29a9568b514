"""Bounded queues of work for threads."""

from __future__ import annotations

import queue
import threading

import pytest

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger.client.relay import job_queue
from webhook_logger.client.relay.job_queue import JobQueue


class Gate:
    """Work that waits for permission."""

    def __init__(self) -> None:
        self.started: queue.Queue[int] = queue.Queue()
        self.permits = threading.Semaphore(0)

    def do(self, work: int) -> None:
        self.started.put(work)
        assert self.permits.acquire(timeout=PATIENCE_SECONDS)


def put_soon(jobs: JobQueue[int], work: int, size: int) -> threading.Thread:
    thread = threading.Thread(target=jobs.put, args=(work, size))
    thread.start()
    return thread


def test_one_thread_works_in_order() -> None:
    done: list[int] = []
    jobs = JobQueue(done.append, threads=1)
    for number in range(500):
        jobs.put(number, 0)
    jobs.finish()
    assert done == list(range(500))
    assert jobs.left == 0


@pytest.mark.parametrize(("limit", "value"), [("MAX_WAITING", 2), ("MAX_BYTES", 25)])
def test_put_blocks_while_the_queue_is_full(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(job_queue, limit, value)
    gate = Gate()
    jobs = JobQueue(gate.do, threads=1)
    jobs.put(0, 10)
    assert gate.started.get(timeout=PATIENCE_SECONDS) == 0
    jobs.put(1, 10)
    jobs.put(2, 10)
    waiting = put_soon(jobs, 3, 10)
    assert jobs.left == 3
    assert waiting.is_alive()
    gate.permits.release()
    waiting.join(PATIENCE_SECONDS)
    assert not waiting.is_alive()
    gate.permits.release(3)
    jobs.finish()
    assert [gate.started.get_nowait() for _ in range(3)] == [1, 2, 3]


def test_an_item_larger_than_the_limit_is_processed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_queue, "MAX_BYTES", 5)
    done: list[int] = []
    jobs = JobQueue(done.append, threads=1)
    for number in range(3):
        jobs.put(number, 100)
    jobs.finish()
    assert done == [0, 1, 2]


def test_put_does_the_work_while_the_system_refuses_to_start_a_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    done: list[tuple[int, bool]] = []
    main = threading.current_thread()
    jobs = JobQueue[int](lambda work: done.append((work, threading.current_thread() is main)), 1)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        jobs.put(1, 0)
    jobs.put(2, 0)
    jobs.finish()
    assert done == [(1, True), (2, False)]
    assert jobs.left == 0
