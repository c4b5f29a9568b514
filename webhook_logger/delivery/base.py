"""The interface of delivery: a captured request travels from the worker that received it to every
viewer.

Each callback has one order: `Delivery` hands its requests to the one `Sink` of each worker, `seq`
by `seq`. A *barrier* is a place in that order where a viewer can enter. The viewer gets no request
before the barrier, and every request after it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from socketio import Manager

from webhook_logger.captured import CapturedRequest
from webhook_logger.delivery.pending import PendingRequest
from webhook_logger.errors import Reason


class QueueUnavailable(Exception):
    """The queue did not do what was asked. A sender gets `503`; a viewer that joins waits."""

    reason = Reason.QUEUE_UNAVAILABLE
    seconds = 2
    """The time after which it is worth trying again."""


class BacklogFull(QueueUnavailable):
    """Too many commands wait for the queue already."""

    reason = Reason.QUEUE_BACKLOG_FULL


class OutcomeUnknown(QueueUnavailable):
    """The queue did not acknowledge a command that was sent to it, and may have run it."""

    reason = Reason.OUTCOME_UNKNOWN


class RateExceeded(Exception):
    """The callback received its maximum of requests for this second; the sender gets `429`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The window ends in {seconds:g} seconds.")
        self.seconds = seconds
        """The time until the callback takes requests again."""


class Expected(NamedTuple):
    """What is known of the response before the request is published."""

    status: int
    by: str
    """`default` or `path`."""
    reply: str
    """`take` uses the callback's reply, which counts if the reply holds for a number of requests;
    `look` only reads it. A request with `take` is pending if the callback has a responder.
    """


ORDINARY = Expected(200, "default", "take")
PREFLIGHT = Expected(200, "default", "look")


class Receipt(NamedTuple):
    """The result of publishing: the position of the request, and the number of viewers."""

    epoch: str
    seq: int
    viewers: int
    reply: str | None = None
    """The callback's reply as it is stored, without `times`, read in the same step. None if there
    is none; viewers were then notified of the expected response.
    """
    pending: PendingRequest | None = None
    """Set if the callback has a responder: the sender waits for it. `reply` is then not read."""


class Kept(NamedTuple):
    """A callback's reply as it is stored."""

    reply: str
    """JSON, which delivery does not parse."""
    times: int | None
    """How many more requests get it; None for all."""


class ResponseReport(NamedTuple):
    """The response that the sender of a request got, as viewers are notified of it."""

    uuid: str
    epoch: str
    seq: int
    status: int
    by: str
    """`default`, `reply`, `path` or `responder`."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """A place in a callback's stream: after the request `seq`, before the next one."""

    epoch: str
    seq: int
    viewers_elsewhere: int
    """Viewers on other workers."""


class Sink(Protocol):
    """The worker's end of delivery: its rooms."""

    def deliver(self, responded: ResponseReport, members: bytes) -> None:
        """Hand a captured request to this worker's viewers of the callback, and its response where
        that is known already (else its status is 0). `members` are those of the event's JSON that
        `members_of` makes. May let other green threads run; nothing more is delivered until it
        returns.
        """

    def skipped(self, uuid: str) -> None:
        """A message of the callback was left out, which may have been a request: give its viewers
        a new barrier, so that they hear what they missed. Never blocks.
        """

    def responded(self, responded: ResponseReport) -> None:
        """Notify viewers of the response to a request that was delivered. Never blocks."""

    def reply(self, uuid: str, kept: Kept | None) -> None:
        """Notify viewers of the callback's new reply; None if it was reset. Never blocks."""

    def count(self, uuid: str, viewers: int) -> None:
        """Note the callback's number of viewers on all workers. Never blocks."""

    def refused(self, uuid: str, count: int, reason: Reason) -> None:
        """Report refused requests to viewers, with the latest reason. Never blocks."""

    def reply_used(self, uuid: str) -> None:
        """Note that the callback's reply holds for one request less. Never blocks."""

    def replaced(self, uuid: str, viewer: str) -> None:
        """Cut off a viewer that lost the role of responder to another worker's viewer. When it
        comes back, its new claim gets a true result. Never blocks.
        """

    def pause(self) -> None:
        """Send no requests until each room has a new barrier: there may be holes. Never blocks."""

    def status(self, reason: str | None) -> None:
        """Notify all viewers why the queue is unavailable; None when it is available again. Never
        blocks.
        """

    def resume(self) -> None:
        """Give a new barrier to each room that waits for one. May block."""


class Delivery(ABC):
    """One worker's share of delivery."""

    manager: Manager
    """The client manager for Socket.IO."""

    @abstractmethod
    def start(self, sink: Sink) -> None:
        """Begin to deliver. Returns at once, also while the queue is unavailable."""

    @abstractmethod
    def publish(self, request: CapturedRequest, expected: Expected = ORDINARY) -> Receipt:
        """Accept the request: give it its `seq` and hand it to every viewer.

        Raises `QueueUnavailable` when that is not certain (a request is never published twice),
        and `RateExceeded` when the callback is over its limit.
        """

    @abstractmethod
    def responded(self, responded: ResponseReport) -> None:
        """Report the response to a request to viewers. Best effort; never blocks."""

    @abstractmethod
    def refused(self, uuid: str, reason: Reason) -> None:
        """Report a refused request to the callback's viewers. Best effort; never blocks."""

    @abstractmethod
    def get_reply(self, uuid: str) -> Kept | None:
        """Return the callback's reply, or None. Raises `QueueUnavailable`."""

    @abstractmethod
    def set_reply(self, uuid: str, kept: Kept | None) -> None:
        """Store the reply, or reset it with None, and notify viewers. Every worker uses it for the
        next request. Raises `QueueUnavailable`.
        """

    @abstractmethod
    def claim(self, uuid: str, viewer: str) -> bool:
        """Make this viewer the callback's responder; return False if another viewer is, on any
        worker. Raises `QueueUnavailable`: the viewer may then be the responder, until `unclaim`.
        """

    @abstractmethod
    def unclaim(self, uuid: str, viewer: str) -> None:
        """End this viewer's role as responder, if it has it, and let its pending requests go.
        Never blocks.
        """

    @abstractmethod
    def respond(self, uuid: str, request: str, given: str) -> bool:
        """Hand the response to the worker where the request with that id is pending; return False
        if there is none. Raises `QueueUnavailable`: the response may then have been handed over.
        """

    @abstractmethod
    def decline(self, uuid: str, request: str) -> bool:
        """Let go of the request with that id, whose sender then gets the callback's reply; return
        False if there is none. Raises `QueueUnavailable`.
        """

    @abstractmethod
    def barrier(self, uuid: str) -> AbstractContextManager[Barrier]:
        """Hold the callback's stream still while the `with` block runs, which must not block.

        Raises `QueueUnavailable` when this worker's subscription cannot be confirmed.
        """

    @abstractmethod
    def set_viewers(self, uuid: str, viewers: int) -> None:
        """Set how many viewers of the callback this worker has. Never blocks."""

    @property
    def requests_read(self) -> int:
        """Return how many captured requests this worker has read from the queue."""
        return 0

    @property
    def messages_unknown(self) -> int:
        """Return how many messages on the queue had a version that this worker can't read."""
        return 0

    @abstractmethod
    def check(self) -> None:
        """Raise `QueueUnavailable`, with the reason, if this worker is not ready."""
