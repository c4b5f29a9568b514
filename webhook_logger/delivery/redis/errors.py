"""Translate Redis' error replies into messages for viewers, senders and operators.

Redis' own messages appear only in the log, because they can contain the operator's hosts and users.
"""

from __future__ import annotations

import re

import redis

NO_RESPONSE = "The queue does not respond."
UNREACHABLE = "The queue is unavailable."

_CLUSTER = "The queue is a node of a Redis Cluster. Use redis+cluster:// in REDIS_URL."
_RIGHTS = "The server's user on the queue lacks permissions."
_PASSWORD = "The queue does not accept the server's password."  # noqa: S105

REASONS = {
    "READONLY": "The queue is a read-only replica.",
    "MOVED": _CLUSTER,
    "ASK": _CLUSTER,
    "CLUSTERDOWN": "The Redis Cluster of the queue is down, or a part of it.",
    "CROSSSLOT": _CLUSTER,
    "TRYAGAIN": _CLUSTER,
    "OOM": "The queue's memory is full.",
    "MISCONF": "The queue cannot save to its disk, and rejects writes.",
    "NOPERM": _RIGHTS,
    "NOAUTH": _PASSWORD,
    "WRONGPASS": _PASSWORD,
    "LOADING": "The queue is loading its data.",
    "BUSY": "The queue is busy with a script.",
    "MASTERDOWN": "The queue is a replica that has lost its master.",
    "NOREPLICAS": "The queue has too few replicas, and rejects writes.",
}
"""Messages by the code of an error that affects all commands. Other errors affect one command."""

REFUSED = "The queue does not accept requests."

# "OOM command not allowed …". In Redis 6 a script's error contains the code after a dash.
_CODE = re.compile(r"\A([A-Z]+) |-([A-Z]+) ")
# After these words Redis quotes the command, which can contain a sender's data.
_QUOTES = re.compile(r",? with args beginning with.*| script: .*", re.DOTALL)
# A script's error because of a missing permission has the code ERR, in Redis and in Valkey 9.
_NO_RIGHTS = ("The user executing the script can't", "ACL failure in script")


def code_of(error: str) -> str:
    """Return the code of an error reply if it is in `REASONS`, or the empty string."""
    if any(words in error for words in _NO_RIGHTS):
        return "NOPERM"
    codes = (first or inner for first, inner in _CODE.findall(error))
    return next((code for code in codes if code in REASONS), "")


def reason_of(error: Exception | str) -> str:
    """Return a message for viewers, without hosts, users and keys."""
    if isinstance(error, redis.AuthenticationError):
        return _PASSWORD
    if isinstance(error, redis.ConnectionError | redis.TimeoutError | OSError):
        return UNREACHABLE
    return REASONS.get(code_of(str(error)), REFUSED)


def log_text(error: Exception | str) -> str:
    """Return Redis' own message without the parts that quote a command."""
    return _QUOTES.sub("", str(error))
