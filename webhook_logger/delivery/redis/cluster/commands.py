"""Send each command to the owner of its slot, and again if the slot has another owner."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import hiredis

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis.backlog import Backlog, Call, QueueLimits
from webhook_logger.delivery.redis.cluster.slots import Address, Slots
from webhook_logger.delivery.redis.errors import UNREACHABLE
from webhook_logger.delivery.redis.keys import Keys

if TYPE_CHECKING:
    from webhook_logger.delivery.redis.cluster.node import Node
    from webhook_logger.delivery.redis.cluster.publisher import NodePublisher

RETRY_SECONDS = 0.02
MOVING = "A part of the queue moves to another node, and does not accept requests."
NOT_RUN = {"MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"}
"""Codes of errors after which a command did not run, and can be sent again."""


class ClusterCommands:
    """Sends commands. Implements `QueueCommands`."""

    is_unavailable = False
    """Always, because some nodes may be available."""

    def __init__(
        self,
        slots: Slots,
        keys: Keys,
        choose: Callable[[Node], NodePublisher],
        is_prompt: bool = False,
    ) -> None:
        self._slots = slots
        self._keys = keys
        self._choose = choose
        self._is_prompt = is_prompt

    def run(self, script: str, keys: Sequence[str], *args: str | bytes) -> Any:
        """Run a script and return its response, strings as bytes. Raises `QueueUnavailable`."""
        return self.submit_script(script, keys, *args).wait()

    def submit_script(self, script: str, keys: Sequence[str], *args: str | bytes) -> Call:
        """Queue a script. Raises `QueueUnavailable`."""
        publisher = self._publisher(keys[0])
        return publisher.submit_script(script, self._all_keys(keys), *args)

    def submit(self, *command: str | bytes) -> Call:
        """Queue a command, whose second word is its key. Raises `QueueUnavailable`."""
        return self._publisher(str(command[1])).submit(*command)

    def publish(self, channel: str, message: bytes) -> Call:
        """Queue a message. Raises `QueueUnavailable`."""
        return self._publisher(channel).publish(channel, message)

    def _publisher(self, name: str) -> NodePublisher:
        publisher = self._choose(self._slots.node(name))
        if self._is_prompt and publisher.is_unavailable:
            raise QueueUnavailable(UNREACHABLE)
        return publisher

    def _all_keys(self, keys: Sequence[str]) -> Sequence[str]:
        """Add the other keys of the callback.

        So Redis rejects a script, before it runs, while only some of them are on the node, because
        their slot is moving.
        """
        if keys is self._keys.ledger:
            return keys
        every = self._keys.all(Keys.uuid_of(keys[0]))
        return (*keys, *(key for key in every if key not in keys))


class _Rejected(NamedTuple):
    """A command that did not run."""

    call: Call
    node: Node
    error: str


class Redirects:
    """Commands that a node did not run. They are sent again until their deadline."""

    def __init__(
        self,
        slots: Slots,
        nodes: Mapping[Address, Node],
        limits: QueueLimits,
        refresh: Callable[[Address | None], None],
    ) -> None:
        self._slots = slots
        self._refresh = refresh
        self._backlog = Backlog(limits)
        self._nodes = nodes
        self._rejected: list[_Rejected] = []
        self._wake = threading.Event()

    def take(self, node: Node, call: Call, error: str) -> bool:
        """Send a command again soon if the error means that it did not run. Return whether."""
        code, *place = error.split(" ", 3)
        if code not in NOT_RUN:
            return False
        address = _address(place[1], node) if code in ("MOVED", "ASK") else None
        if code == "MOVED":
            owner = self._nodes.get(address) if address else None
            if owner:
                self._slots.set(int(place[0]), int(place[0]), owner)
            self._refresh(address)
        elif code == "CLUSTERDOWN":
            self._refresh(None)
        self._add(_Rejected(call, node, error))
        return True

    def move(self, node: Node, calls: Sequence[Call]) -> None:
        """Send the waiting commands of a node that owns no slots any more to other nodes."""
        for call in calls:
            self._add(_Rejected(call, node, ""))

    def _add(self, rejected: _Rejected) -> None:
        try:
            self._backlog.add(rejected.call, is_unavailable=False)
        except QueueUnavailable as error:
            rejected.call.finish(error=error)
        else:
            self._rejected.append(rejected)
            self._wake.set()

    def run(self) -> None:
        """Send commands again without end."""
        while True:
            self._wake.wait()
            self._wake.clear()
            rejected, self._rejected = self._rejected, []
            for each in rejected:
                self._backlog.remove(each.call)
                try:
                    self._send(each)
                except QueueUnavailable as error:
                    each.call.finish(error=error)
            time.sleep(RETRY_SECONDS)

    def _send(self, rejected: _Rejected) -> None:
        call, node, error = rejected
        if call.is_done:
            return
        if call.deadline <= time.monotonic():
            if error.startswith("CLUSTERDOWN"):
                node.command_refused(error)
            call.finish(error=QueueUnavailable(MOVING))
            return
        is_asking = error.startswith("ASK ")
        target: Node | None
        if is_asking:
            target = self._nodes.get(_address(error.split(" ")[2], node))
        else:
            target = self._slots.find(key_of(call))
        if target is None:
            self._add(rejected)
        else:
            target.publisher_for(call).submit_again(call, is_asking)


def key_of(call: Call) -> str:
    """Return the first key, or the channel, of a command."""
    reader = hiredis.Reader()
    reader.feed(call.packed)
    command = reader.gets()
    key: bytes = command[3 if command[0] == b"EVALSHA" else 1]
    return key.decode()


def _address(text: str, node: Node) -> Address:
    """Return the address in a redirection. A node can leave out a host that equals its own."""
    host, _, port = text.rpartition(":")
    return (host if host not in ("", "?") else node.address[0], int(port))
