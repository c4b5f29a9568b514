"""The names of keys and channels in Redis; the package's docstring describes their content."""

WORKER_CHANNEL = "webhook-logger:worker:"
LEDGER = ("webhook-logger:{recovery}:bytes", "webhook-logger:{recovery}:order")
"""The keys of the ledger of kept requests."""


def key(uuid: str) -> str:
    """Return the callback's key. The braces are a hash tag: they put all its keys in one slot."""
    return f"webhook-logger:{{{uuid}}}"


def reply_key(uuid: str) -> str:
    """Return the key of the callback's reply."""
    return key(uuid) + ":reply"


def pending_key(uuid: str) -> str:
    """Return the key of the callback's pending requests."""
    return key(uuid) + ":pending"


def channel(uuid: str) -> str:
    """Return the callback's channel, with the hash tag of its key."""
    return key(uuid) + ":requests"


def worker_channel(worker: str) -> str:
    """Return the channel of one worker."""
    return WORKER_CHANNEL + worker


def uuid_of(channel: str) -> str:
    """Return the callback of a channel."""
    return channel.partition("{")[2].partition("}")[0]
