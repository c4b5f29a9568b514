"""How Redis is connected to, by whoever speaks with it here."""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def connections(url: str, seconds: float, **options: Any) -> redis.ConnectionPool:
    """Makes connections whose commands are sent once and answered in time, or fail."""
    return redis.ConnectionPool.from_url(
        url,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        # Nothing is tried again by the library: a request could be published twice, and a stream
        # that was subscribed again without a word could have a hole.
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        **options,
    )
