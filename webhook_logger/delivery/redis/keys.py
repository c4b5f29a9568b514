"""The names of keys and channels in Redis; the package's docstring describes what they hold."""

WORKER_CHANNEL = "webhook-logger:worker:"


def key(uuid: str) -> str:
    """The callback's key; the braces are a hash tag, so that a cluster can keep it in one slot."""
    return f"webhook-logger:{{{uuid}}}"


def reply_key(uuid: str) -> str:
    """The key of the callback's reply."""
    return key(uuid) + ":reply"


def held_key(uuid: str) -> str:
    """The key of the callback's requests that are held."""
    return key(uuid) + ":held"


def channel(uuid: str) -> str:
    """The callback's channel, with the key's hash tag."""
    return key(uuid) + ":requests"


def worker_channel(worker: str) -> str:
    """The channel of a worker alone."""
    return WORKER_CHANNEL + worker


def uuid_of(channel: str) -> str:
    """The callback of such a channel."""
    return channel.partition("{")[2].partition("}")[0]
