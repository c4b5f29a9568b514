"""The queue's history of writes, which changes with every promotion and restart of a Redis.

After a failover that lost writes, a callback's counter is lower than the last `seq` that viewers
have seen. So each epoch begins with the name of the history in which it was counted. A script with
the name of another history begins a new epoch. Redis changes its replication id when it is
promoted, and its run id when it restarts.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import redis

from webhook_logger.delivery.redis.redis_py import Connection, pack

NAME_BYTES = 12
UNKNOWN = b"0" * NAME_BYTES
"""The name before the first connection. A command that contains it gets the right name when it is
sent.
"""


class History(NamedTuple):
    """The ids in the response to INFO."""

    run_id: str
    replication_id: str

    @property
    def name(self) -> bytes:
        """Return 12 hexadecimal digits, which are the same on every worker."""
        text = f"{self.run_id} {self.replication_id}"
        return hashlib.sha256(text.encode()).hexdigest()[:NAME_BYTES].encode()


def query(connection: Connection) -> History:
    """Query the history of the Redis that is connected. Raises `redis.ResponseError`, also for a
    replica, and `OSError`.

    A replica could be promoted during this connection, and would then have another history.
    """
    connection.send(pack("INFO", "server") + pack("INFO", "replication"))
    server, replication = fields(connection.read_or_raise()), fields(connection.read_or_raise())
    role = replication.get("role", "")
    if role != "master":
        code = "READONLY " if role else ""
        raise redis.ResponseError(f"{code}INFO returned role:{role}, but a master is required.")
    return History(server.get("run_id", ""), replication_id(replication))


def replication_id(replication: dict[str, str]) -> str:
    """Return the id that changes with a promotion."""
    return replication.get("master_replid", "")


def fields(info: Any) -> dict[str, str]:
    """Parse the lines of INFO. Raises `redis.ResponseError` for any other response."""
    if not isinstance(info, bytes):
        raise redis.ResponseError(f"INFO returned an unexpected type: {type(info).__name__}")
    pairs = (line.partition(":") for line in info.decode(errors="replace").splitlines())
    return {name: value for name, _, value in pairs}
