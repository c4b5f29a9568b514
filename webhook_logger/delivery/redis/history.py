"""Which history of writes a Redis is in.

After a failover that lost writes a callback's counter is lower than what viewers have seen. So each
epoch begins with the name of the history that it was counted in, and a script that is sent by the
name of another history begins a new epoch. Every promotion and every restart is another history:
Redis then takes another replication id, or another run id.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import redis

from webhook_logger.delivery.redis.redis_py import Line, pack

NAME_BYTES = 12
UNKNOWN = b"0" * NAME_BYTES
"""Before the first connection. A command with it gets the right name when it is sent."""


class History(NamedTuple):
    """What Redis says of itself with INFO."""

    run_id: str
    replication_id: str

    @property
    def name(self) -> bytes:
        """Return 12 hexadecimal digits, the same on every worker."""
        text = f"{self.run_id} {self.replication_id}"
        return hashlib.sha256(text.encode()).hexdigest()[:NAME_BYTES].encode()


def ask(line: Line) -> History:
    """Ask the Redis at the other end. Raises `redis.ResponseError`, for a replica too, and
    `OSError`.

    A replica may become the master on this very connection, and would then be in another history.
    """
    line.send(pack("INFO", "server") + pack("INFO", "replication"))
    server, replication = fields(line.read_well()), fields(line.read_well())
    role = replication.get("role", "")
    if role != "master":
        code = "READONLY " if role else ""
        raise redis.ResponseError(f"{code}INFO says role:{role} where a master is needed.")
    return History(server.get("run_id", ""), replication_id(replication))


def replication_id(replication: dict[str, str]) -> str:
    """Return the id that a promotion changes."""
    return replication.get("master_replid", "")


def fields(info: Any) -> dict[str, str]:
    """Read the lines of INFO. Raises `redis.ResponseError` when it is something else."""
    if not isinstance(info, bytes):
        raise redis.ResponseError(f"INFO got a response of another type: {type(info).__name__}")
    pairs = (line.partition(":") for line in info.decode(errors="replace").splitlines())
    return {name: value for name, _, value in pairs}
