"""Rare commands on channels of a cluster, by processes that follow no stream."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from typing import Any

import redis
from redis.crc import key_slot

from webhook_logger.delivery.redis.cluster.commands import NOT_RUN
from webhook_logger.delivery.redis.cluster.slots import (
    NO_NODE,
    Address,
    SlotRange,
    query,
)
from webhook_logger.delivery.redis.errors import UNREACHABLE
from webhook_logger.delivery.redis.recovery import check_persistence
from webhook_logger.delivery.redis.redis_py import Connection, Connections
from webhook_logger.delivery.redis.startup import UnsuitableQueue

MAX_ATTEMPTS = 4

Connect = Callable[[Address], Any]
"""Returns an unopened connection to an address."""


class ClusterConnections:
    """Connections to the nodes of a cluster."""

    def __init__(self, seeds: Collection[Address], connect: Connect) -> None:
        self._seeds = seeds
        self._connect = connect
        self._ranges: tuple[SlotRange, ...] = ()
        self._connections: dict[Address, Connections] = {}

    def run_at(self, channel: str, *command: str | bytes) -> Any:
        """Return the response of the channel's node to a command, which runs at most once. Raises
        `redis.RedisError` and `OSError`.
        """
        for _ in range(MAX_ATTEMPTS):
            try:
                return self._at(self._owner(channel)).run(*command)
            except redis.ResponseError as error:
                if str(error).partition(" ")[0] not in NOT_RUN:
                    raise
                failure = error
            except OSError:
                self._ranges = ()
                raise
            self._ranges = ()
        raise failure

    def close(self) -> None:
        """Close the idle connections."""
        for each in self._connections.values():
            each.close()

    def _at(self, address: Address) -> Connections:
        if address not in self._connections:
            self._connections[address] = Connections(partial(self._connect, address))
        return self._connections[address]

    def _owner(self, channel: str) -> Address:
        if not self._ranges:
            self._ranges = self._query()
        slot = key_slot(channel.encode())
        for first, last, owner in self._ranges:
            if first <= slot <= last:
                return owner
        raise redis.ResponseError(NO_NODE)

    def _query(self) -> tuple[SlotRange, ...]:
        failure: Exception = ConnectionError(UNREACHABLE)
        for address in (*self._connections, *self._seeds):
            try:
                return query_at(self._connect, address)
            except UnsuitableQueue as error:
                raise redis.ResponseError(str(error)) from None
            except (redis.RedisError, OSError) as error:
                failure = error
        raise failure


def query_at(connect: Connect, address: Address) -> tuple[SlotRange, ...]:
    """Query the owners of all slots at a node. Raises as `query` does."""
    connection = Connection(connect(address))
    try:
        return query(connection, address[0]).ranges
    finally:
        connection.close()


def check_cluster(seeds: Collection[Address], connect: Connect, recovers: bool) -> None:
    """Raise `UnsuitableQueue`, or with recovery `QueuePersists`, if the cluster can never be used.
    If no node is available, do nothing, because this server tries again later.
    """
    for address in seeds:
        try:
            ranges = query_at(connect, address)
        except (redis.RedisError, OSError):
            continue
        if recovers:
            for owner in {each.owner for each in ranges}:
                _check_persistence(connect, owner)
        return


def _check_persistence(connect: Connect, address: Address) -> None:
    with suppress(redis.RedisError, OSError):
        connection = Connection(connect(address))
        try:
            check_persistence(connection)
        finally:
            connection.close()
