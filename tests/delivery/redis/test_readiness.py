"""When a worker is ready, and the log messages of a failing queue."""

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
from tests.support.threads import records_of_this_thread
from tests.wire_fixture import samples
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.delivery import QueueLimits, QueueUnavailable
from webhook_logger.delivery.redis.delivery import RedisDelivery
from webhook_logger.delivery.redis.errors import REASONS
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.publisher import LARGE_EVENT_BYTES
from webhook_logger.delivery.redis.readiness import FailurePeriod

KEYS = Keys()


@pytest.fixture
def queue() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis


def request(uuid: str) -> CapturedRequest:
    return replace(samples()[0], uuid=uuid)


@contextmanager
def failing(delivery: RedisDelivery, redis: Redis) -> Iterator[None]:
    """Send requests continuously to a callback whose key has the wrong type."""
    uuid, ended = str(uuid4()), threading.Event()
    redis.client.set(KEYS.key(uuid), "not a hash")

    def send() -> None:
        while not ended.wait(LOOK_SECONDS):
            with suppress(QueueUnavailable):
                delivery.publish(request(uuid))

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        ended.set()
        sender.join()


def test_a_worker_becomes_ready_even_if_one_callback_always_fails(queue: Redis) -> None:
    sink = Statuses()
    with failing(connect_delivery(queue, QueueLimits(), sink=sink), queue):
        before = len(sink.reasons)
        queue.client.config_set("maxmemory", "1")
        eventually(lambda: sink.reasons[before:] == [REASONS["OOM"]])
        queue.client.config_set("maxmemory", "0")
        eventually(lambda: sink.reasons[before:] == [REASONS["OOM"], None])


def test_a_worker_that_receives_again_is_not_ready_until_it_can_publish(queue: Redis) -> None:
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
    queue.client.config_set("requirepass", "another")  # applies to new connections
    content = b"x" * LARGE_EVENT_BYTES
    large = replace(request(str(uuid4())), body=Body(content, len(content)))
    assert delivery.publish(large).seq == 1


def test_a_period_of_failures_logs_its_start_its_end_and_failures_in_between(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rarely_logged, often_logged = FailurePeriod(), FailurePeriod(report_seconds=0)
    for period in (rarely_logged, often_logged):
        for error in ("LOADING first", "OOM then", "READONLY last"):
            period.record(error)
        period.end()
    records = records_of_this_thread(caplog)
    *_, end = lines = [record.getMessage() for record in records]
    assert [record.levelno for record in records] == [logging.WARNING] * 6
    assert lines[:2] == ["Queue error: LOADING first", end]
    assert "3 failures" in end
    assert "OOM then" in lines[3]
    assert "READONLY last" in lines[4]
