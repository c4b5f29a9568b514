"""Checks at the start of a worker whether it can ever work with its Redis.

A Redis that can become suitable, such as a replica or one that is loading its data, is accepted:
the worker starts, and is not ready until then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import redis

from webhook_logger.delivery.redis import history
from webhook_logger.delivery.redis.errors import code_of, log_text
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.readiness import PROBES
from webhook_logger.delivery.redis.recovery import check_persistence
from webhook_logger.delivery.redis.redis_py import Connection, pack
from webhook_logger.delivery.redis.scripts import Scripts

MODES = {
    "cluster": (
        "REDIS_URL leads to a node of a Redis Cluster. Use redis+cluster:// and the addresses of "
        "some nodes."
    ),
    "sentinel": (
        "REDIS_URL leads to a Redis Sentinel. Use redis+sentinel:// and, after the addresses of "
        "the Sentinels, the name of the service."
    ),
}
TOO_OLD = (
    "Redis cannot run the server's scripts: %s. The server needs Redis 5.0 or newer, or 6.2 or "
    "newer with RECOVERY_SECONDS, or Valkey, with the commands SCRIPT and EVALSHA."
)
EVICTS_IN_USE = (
    "The maxmemory-policy of Redis is %s. When its memory is full, it also evicts counters in use, "
    "and their callbacks begin a new epoch. Use volatile-lru."
)

log = logging.getLogger(__name__)


class UnsuitableQueue(Exception):
    """This worker can never work with its Redis. The message is for the operator."""


def check_queue(connect: Callable[[], Any], keys: Keys, scripts: Scripts, recovers: bool) -> None:
    """Raise `UnsuitableQueue` or `QueuePersists` if this worker can never work with its Redis. If
    it is unavailable, do nothing, because each connection is checked later.
    """
    try:
        connection = Connection(connect())
        try:
            _check_mode(connection)
            _check_probe(connection, keys, scripts.probe)
            _check_policy(connection)
            if recovers:
                check_persistence(connection)
        finally:
            connection.close()
    except (redis.RedisError, OSError) as error:
        log.debug("The queue is not checked: %s", error)


def _check_mode(connection: Connection) -> None:
    found = _info(connection, "server")
    # Valkey names this field differently, unless it is configured to be compatible.
    mode = found.get("server_mode") or found.get("redis_mode", "")
    if mode in MODES:
        raise UnsuitableQueue(MODES[mode])


def _check_probe(connection: Connection, keys: Keys, probe: str) -> None:
    """Run the script that uses every command of the others."""
    name = PROBES[0]
    try:
        connection.send(pack("SCRIPT", "LOAD", probe))
        sha = connection.read_or_raise()
        connection.send(pack("EVALSHA", sha, "1", keys.key(name), keys.channel(name)))
        connection.read_or_raise()
    except redis.ResponseError as error:
        if not code_of(str(error)):  # the others can end while the worker runs
            raise UnsuitableQueue(TOO_OLD % log_text(error).rstrip(".")) from None


def _check_policy(connection: Connection) -> None:
    memory = _info(connection, "memory")
    policy = memory.get("maxmemory_policy", "")
    if memory.get("maxmemory") != "0" and policy.endswith(("-random", "-ttl")):
        log.warning(EVICTS_IN_USE, policy)


def _info(connection: Connection, section: str) -> dict[str, str]:
    connection.send(pack("INFO", section))
    return history.fields(connection.read_or_raise())
