"""The slots of a cluster, and the master that owns each."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import redis
from redis.crc import key_slot

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis.history import fields
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.redis_py import Connection, pack
from webhook_logger.delivery.redis.startup import UnsuitableQueue

if TYPE_CHECKING:
    from webhook_logger.delivery.redis.cluster.node import Node

SLOTS = 16_384
FIRST_VERSION = 7
NO_NODE = "No node of the queue has this callback."
MAX_TRIES = 4 * SLOTS

Address = tuple[str, int]


class SlotRange(NamedTuple):
    """Slots in a row, and the master that owns them."""

    first: int
    last: int
    owner: Address


class Layout(NamedTuple):
    """The owners of all slots, as one node knows them."""

    ranges: tuple[SlotRange, ...]
    is_ok: bool
    """Whether the node is in contact with most of the masters."""


def query(connection: Connection, host: str) -> Layout:
    """Query a node, which was reached at `host`. Raises `UnsuitableQueue`, `redis.ResponseError`
    and `OSError`.
    """
    connection.send(pack("INFO", "server") + pack("CLUSTER", "INFO") + pack("CLUSTER", "SLOTS"))
    server, *responses = (connection.read() for _ in range(3))
    version = fields(server).get("redis_version", f"{FIRST_VERSION}.0")
    mode = fields(server).get("server_mode") or fields(server).get("redis_mode")
    if mode == "standalone":
        raise UnsuitableQueue(
            "REDIS_URL has redis+cluster://, but leads to a single Redis. Use redis://."
        )
    if int(version.partition(".")[0]) < FIRST_VERSION:
        raise UnsuitableQueue(
            f"The cluster of REDIS_URL has Redis {version}. It needs Redis 7.0 or later, because "
            "this server uses sharded pub/sub."
        )
    for response in responses:
        if isinstance(response, Exception):
            raise redis.ResponseError(str(response))
    info, slots = responses
    return Layout(tuple(_ranges(slots, host)), fields(info).get("cluster_state") == "ok")


def _ranges(slots: Any, host: str) -> Iterable[SlotRange]:
    for first, last, master, *_replicas in slots:
        name = (master[0] or b"").decode()
        # A node that does not know its own address leaves it out.
        yield SlotRange(first, last, (host if name in ("", "?") else name, master[1]))


class Slots:
    """The node of each slot."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._nodes: list[Node | None] = [None] * SLOTS

    def set(self, first: int, last: int, node: Node) -> None:
        """Set the owner of the slots from `first` to `last`."""
        self._nodes[first : last + 1] = [node] * (last + 1 - first)

    def clear(self, node: Node) -> None:
        """Note that the node owns no slot."""
        self._nodes = [None if each is node else each for each in self._nodes]

    def find(self, name: str) -> Node | None:
        """Return the node of a key or channel, or None."""
        return self._nodes[key_slot(name.encode())]

    def node(self, name: str) -> Node:
        """Return the node of a key or channel. Raises `QueueUnavailable`."""
        node = self._nodes[key_slot(name.encode())]
        if node is None:
            raise QueueUnavailable(NO_NODE)
        return node

    def of_callback(self, uuid: str) -> Node | None:
        """Return the node of a callback, or None."""
        return self.find(self._keys.key(uuid))

    def find_form(self, node: Node, name: str, form: str, count: int) -> tuple[str, ...]:
        """Return up to `count` texts of this form, with a number in place of `{}`, for which the
        node owns the name.
        """
        texts = (form.replace("{}", str(number)) for number in range(MAX_TRIES))
        return tuple(
            islice((each for each in texts if self.find(name.replace("{}", each)) is node), count)
        )
