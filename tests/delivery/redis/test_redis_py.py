"""Connections to Redis: as many, one after the other, as a worker ever needs."""

from __future__ import annotations

from tests.support.processes import Redis
from webhook_logger.delivery.redis.redis_py import Connection, connector, pack

MORE_THAN_A_POOL_MAKES = 120


def test_a_worker_connects_again_however_often_that_was_needed(redis: Redis) -> None:
    connect = connector(redis.url, 2)
    for _ in range(MORE_THAN_A_POOL_MAKES):
        connection = Connection(connect())
        connection.send(pack("PING"))
        assert connection.read() == b"PONG"
        connection.close()
