"""The commands of one connection to a node of a cluster."""

from __future__ import annotations

from webhook_logger.delivery.redis.backlog import Call
from webhook_logger.delivery.redis.publisher import Publisher
from webhook_logger.delivery.redis.redis_py import pack


class NodePublisher(Publisher):
    """A publisher for some of the slots."""

    def publish(self, channel: str, message: bytes) -> Call:
        """Queue a message on a sharded channel."""
        return self.submit("SPUBLISH", channel, message)

    def submit_again(self, call: Call, is_asking: bool) -> None:
        """Queue a command that another node did not run, before others, whose deadlines are later.

        With `is_asking`, the node runs it although its slot is still moving there.
        """
        calls = [call]
        if is_asking:
            calls.insert(0, Call(pack("ASKING"), call.deadline))
        for each in calls:
            self._backlog.add(each, is_unavailable=False)
        self._waiting.extendleft(reversed(calls))
        self._wake_up()

    def take_waiting(self) -> list[Call]:
        """Remove and return the commands that were not sent."""
        calls = list(self._waiting)
        self._waiting.clear()
        for call in calls:
            self._backlog.remove(call)
        return calls
