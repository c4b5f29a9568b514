"""Redis' error replies, in words that a viewer, a sender and an operator understand.

Its own words stay in the log: they can name hosts and users of the operator.
"""

from __future__ import annotations

import re

import redis

NO_RESPONSE = "The queue does not respond."
UNREACHABLE = "The queue is unavailable."

_CLUSTER = "The queue is a node of a Redis Cluster, and needs to be a single Redis."
_RIGHTS = "The queue's user lacks rights that the server needs."
_PASSWORD = "The queue does not accept the server's password."  # noqa: S105

REASONS = {
    "READONLY": "The queue is a read-only replica.",
    "MOVED": _CLUSTER,
    "ASK": _CLUSTER,
    "CLUSTERDOWN": _CLUSTER,
    "CROSSSLOT": _CLUSTER,
    "TRYAGAIN": _CLUSTER,
    "OOM": "The queue's memory is full.",
    "MISCONF": "The queue cannot save to its disk, and refuses to write.",
    "NOPERM": _RIGHTS,
    "NOAUTH": _PASSWORD,
    "WRONGPASS": _PASSWORD,
    "LOADING": "The queue is loading its data.",
    "BUSY": "The queue is busy with a script.",
    "MASTERDOWN": "The queue is a replica that has lost its master.",
    "NOREPLICAS": "The queue has too few replicas, and refuses to write.",
}
"""By code, for what is wrong with the queue. All other errors are of one command alone."""

REFUSES = "The queue does not take requests."

# "OOM command not allowed …"; in Redis 6 a script's error has its code behind a dash, inside.
_CODE = re.compile(r"\A([A-Z]+) |-([A-Z]+) ")
# Behind these words Redis quotes what it was sent, which can be a sender's.
_QUOTES = re.compile(r",? with args beginning with.*| script: .*", re.DOTALL)


# A script's error for want of rights has the code ERR.
_NO_RIGHTS = "The user executing the script can't"


def code_of(error: str) -> str:
    """Return the code in `REASONS` that an error reply has, or the empty string."""
    if _NO_RIGHTS in error:
        return "NOPERM"
    codes = (first or inner for first, inner in _CODE.findall(error))
    return next((code for code in codes if code in REASONS), "")


def reason_of(error: Exception | str) -> str:
    """Return a sentence for a viewer; it names no host, no user and no key."""
    if isinstance(error, redis.AuthenticationError):
        return _PASSWORD
    if isinstance(error, redis.ConnectionError | redis.TimeoutError | OSError):
        return UNREACHABLE
    return REASONS.get(code_of(str(error)), REFUSES)


def for_the_log(error: Exception | str) -> str:
    """Return Redis' own words without what they quote of a command."""
    return _QUOTES.sub("", str(error))
