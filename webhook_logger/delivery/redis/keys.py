"""The names of keys and channels in Redis; the package's docstring describes their content."""

from __future__ import annotations

PREFIX = "webhook-logger"


class Keys:
    """The names that begin with a prefix. Workers with the same prefix work together."""

    def __init__(self, prefix: str = PREFIX) -> None:
        self.prefix = prefix
        # The braces are a hash tag: they put all keys of a callback in one slot.
        self._callback = f"{prefix}:{{"
        self.worker_channels = f"{prefix}:worker:"
        """The beginning of the channels of all workers."""
        self.control_channel = f"{prefix}:control"
        self.no_channel = f"{prefix}:none"
        """A channel that no worker subscribes to."""
        self.ledger = (f"{prefix}:{{recovery}}:bytes", f"{prefix}:{{recovery}}:order")
        """The keys of the ledger of kept requests."""

    def key(self, uuid: str) -> str:
        """Return the callback's key."""
        return f"{self._callback}{uuid}}}"

    def reply_key(self, uuid: str) -> str:
        """Return the key of the callback's reply."""
        return f"{self._callback}{uuid}}}:reply"

    def pending_key(self, uuid: str) -> str:
        """Return the key of the callback's pending requests."""
        return f"{self._callback}{uuid}}}:pending"

    def all(self, uuid: str) -> tuple[str, ...]:
        """Return all keys of the callback."""
        key = self.key(uuid)
        return (key, f"{key}:reply", f"{key}:pending", f"{key}:recovery")

    def channel(self, uuid: str) -> str:
        """Return the callback's channel, with the hash tag of its key."""
        return f"{self._callback}{uuid}}}:requests"

    def worker_channel(self, worker: str) -> str:
        """Return the channel of one worker."""
        return self.worker_channels + worker

    @staticmethod
    def uuid_of(channel: str) -> str:
        """Return the callback of a channel. A prefix has no braces."""
        return channel.partition("{")[2].partition("}")[0]
