"""When a worker is ready, and what its log says of the time when it is not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.support.deliveries import Statuses, connect_delivery
from tests.support.patience import LOOK_SECONDS, eventually
from tests.support.processes import Redis
from tests.wire_fixture import samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.delivery import QueueLimits, QueueUnavailable
from webhook_logger.delivery.redis.delivery import LARGE_EVENT_BYTES, RedisDelivery
from webhook_logger.delivery.redis.errors import REASONS
from webhook_logger.delivery.redis.keys import key
from webhook_logger.delivery.redis.readiness import Trouble


@pytest.fixture
def queue() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis


def request(uuid: str) -> CapturedRequest:
    return replace(samples()[0], uuid=uuid)


@contextmanager
def failing(delivery: RedisDelivery, redis: Redis) -> Iterator[None]:
    """One callback whose key is broken gets requests all the time."""
    uuid, is_over = str(uuid4()), threading.Event()
    redis.client.set(key(uuid), "not a hash")

    def send() -> None:
        while not is_over.wait(LOOK_SECONDS):
            with suppress(QueueUnavailable):
                delivery.publish(request(uuid))

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        is_over.set()
        sender.join()


def test_a_worker_is_ready_again_though_one_callback_fails_all_the_time(queue: Redis) -> None:
    sink = Statuses()
    with failing(connect_delivery(queue, QueueLimits(), sink=sink), queue):
        before = len(sink.reasons)
        queue.client.config_set("maxmemory", "1")
        eventually(lambda: sink.reasons[before:] == [REASONS["OOM"]])
        queue.client.config_set("maxmemory", "0")
        eventually(lambda: sink.reasons[before:] == [REASONS["OOM"], None])


def test_a_worker_that_hears_again_is_not_ready_before_it_can_publish(queue: Redis) -> None:
    user = ("ACL", "SETUSER", "default")
    sink = Statuses()
    connect_delivery(queue, QueueLimits(), sink=sink)
    before = len(sink.reasons)
    queue.client.execute_command(*user, "-script|load")
    for kind in ("normal", "pubsub"):
        queue.client.client_kill_filter(_type=kind, skipme=True)
    eventually(lambda: REASONS["NOPERM"] in sink.reasons[before:])
    assert None not in sink.reasons[before:]
    queue.client.execute_command(*user, "+script|load")
    eventually(lambda: sink.reasons[-1] is None)


def test_a_large_request_needs_no_new_connection(queue: Redis) -> None:
    delivery = connect_delivery(queue, QueueLimits())
    queue.client.config_set("requirepass", "another")  # for connections that begin now
    content = b"x" * LARGE_EVENT_BYTES
    large = replace(request(str(uuid4())), body=Body(content, len(content)))
    assert delivery.publish(large).seq == 1


def test_trouble_that_lasts_is_logged_at_both_ends_and_at_times_in_between(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seldom, often = Trouble(), Trouble(report_seconds=0)
    for trouble in (seldom, often):
        for error in ("LOADING first", "OOM then", "READONLY last"):
            trouble.note(error)
        trouble.end()
    *_, end = lines = [record.getMessage() for record in caplog.records]
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 6
    assert lines[:2] == ["Queue trouble: LOADING first", end]
    assert "3 failures" in end
    assert "OOM then" in lines[3]
    assert "READONLY last" in lines[4]
