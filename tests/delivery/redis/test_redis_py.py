"""Connections to Redis: a worker can reconnect any number of times."""

from __future__ import annotations

from tests.support.processes import Redis
from webhook_logger.delivery import QueueAddress
from webhook_logger.delivery.redis.redis_py import Connection, pack

MORE_THAN_A_POOL_ALLOWS = 120


def test_a_worker_can_connect_more_often_than_a_pool_allows(redis: Redis) -> None:
    connect = QueueAddress.parse(redis.url).connect
    for _ in range(MORE_THAN_A_POOL_ALLOWS):
        connection = Connection(connect())
        connection.send(pack("PING"))
        assert connection.read() == b"PONG"
        connection.close()
