"""The interface of delivery: a captured request travels from the worker that received it to every
viewer.

The requests of a callback have one order: `Delivery` hands them to the `Sink` of each worker in the
order of `seq`. A *barrier* is a place in that order where a viewer can join. The viewer receives no
request before the barrier, and every request after it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from socketio import Manager

from webhook_logger.delivery.events import Publishable
from webhook_logger.delivery.pending import PendingRequest
from webhook_logger.delivery.stored import StoredReply
from webhook_logger.errors import Reason
from webhook_logger.histogram import Histogram


class QueueUnavailable(Exception):
    """The queue did not run a command. A sender gets `503`; a viewer that joins waits."""

    reason = Reason.QUEUE_UNAVAILABLE
    advice = "Please send the request again."
    seconds = 2
    """Seconds to wait before another attempt."""


class BacklogFull(QueueUnavailable):
    """Too many commands already wait for the queue."""

    reason = Reason.QUEUE_BACKLOG_FULL


class OutcomeUnknown(QueueUnavailable):
    """The queue did not acknowledge a command, which it may have run."""

    reason = Reason.OUTCOME_UNKNOWN
    advice = "It may have published the request: send it again only if a duplicate does no harm."


class RateExceeded(Exception):
    """The callback has accepted its maximum of requests for this second; the sender gets `429`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The window ends in {seconds:g} seconds.")
        self.seconds = seconds
        """Seconds until the callback accepts requests again."""


class Expected(NamedTuple):
    """The expected response, as known before the request is published."""

    status: int
    """0 if it is known only later."""
    by: str
    """`default` or `path`."""
    reply: str
    """`take` uses the callback's reply, and counts the use if its number of uses is limited; `look`
    only reads the reply. A request with `take` is pending if the callback has a responder. `hold`
    is `take` for a handshake that needs a secret: without a reply, it is also pending if the
    callback has viewers that respond to handshakes.
    """


ORDINARY = Expected(200, "default", "take")
PREFLIGHT = Expected(200, "default", "look")
HANDSHAKE = Expected(0, "default", "take")
"""The number of viewers decides whether it gets the response that its provider expects."""
SECRET_HANDSHAKE = Expected(200, "default", "hold")


class Receipt(NamedTuple):
    """The result of publishing: the position of the request, and the number of viewers."""

    epoch: str
    seq: int
    viewers: int
    reply: StoredReply | None = None
    """The callback's reply before this use, read in the same step, without `times`. None if the
    callback has no reply; viewers then received the expected response together with the request.
    """
    pending: PendingRequest | None = None
    """Set if the sender waits for a viewer's response; `reply` is then not read."""


class ResponseReport(NamedTuple):
    """The response that the sender of a request received, as reported to viewers."""

    uuid: str
    epoch: str
    seq: int
    status: int
    by: str
    """`default`, `reply`, `path`, `handshake` or `responder`."""
    details: bytes = b""
    """Further members of the event as JSON, without braces; empty without such members."""


class _Whole(Container[str]):
    def __contains__(self, _uuid: object) -> bool:
        return True


WHOLE = _Whole()
"""All callbacks."""


class Position(NamedTuple):
    """A viewer's position in a callback's stream: the last request that it received."""

    epoch: str
    seq: int


class KeptRequest(NamedTuple):
    """A captured request that delivery has kept for recovery, as `Sink.deliver` receives it."""

    responded: ResponseReport
    members: bytes


@dataclass(frozen=True, slots=True)
class Barrier:
    """A place in a callback's stream: after the request `seq`, before the next one."""

    epoch: str
    seq: int
    viewers_elsewhere: int
    """Viewers on other workers."""
    recovered: Sequence[KeptRequest] = ()
    """The kept requests after the position that the viewer gave, in order and without a hole. They
    end with the request `seq`, unless the barrier is incomplete.
    """
    is_complete: bool = True
    """Whether a viewer may join here. Otherwise there is more to recover than one slice, and the
    viewer needs another barrier, with the position of the last recovered request.
    """
    has_responder: bool = False
    """Whether the callback has a responder, on any worker."""
    earlier: int | None = None
    """If the position that the viewer gave is in an ended epoch: the number of requests accepted
    from the start of that epoch to the start of this one. None if it is unknown.
    """


class QueueFigures(NamedTuple):
    """The state of a worker's connections to the queue. Without a queue, all are 0."""

    requests_read: int = 0
    """Captured requests that this worker read from the queue."""
    messages_unknown: int = 0
    """Messages on the queue whose version this worker does not support."""
    resubscriptions: int = 0
    heartbeat_age: float = 0.0
    """Seconds since the worker last received its own message."""
    backlog_commands: int = 0
    backlog_bytes: int = 0
    backlog_limit_bytes: int = 0
    round_trips: Histogram = Histogram()
    """Seconds from sending commands until all of them have a response."""


class Sink(Protocol):
    """The receiving end of delivery on a worker: its rooms."""

    def deliver(self, responded: ResponseReport, members: bytes) -> None:
        """Send a captured request to this worker's viewers of the callback, with its response if
        that is already known (otherwise its status is 0). `members_of` made `members`. May switch
        to other green threads; delivery continues only after it returns.
        """

    def skipped(self, uuid: str) -> None:
        """Give the callback's viewers a new barrier, because a message was skipped that may have
        been a request. The barrier reports the gap to them. Never blocks.
        """

    def lost(self, uuid: str, epoch: str, seq: int, count: int) -> None:
        """Report that the last `count` numbers up to `seq` belong to lost requests: an earlier
        Redis had accepted them, and they arrive no more. Never blocks.
        """

    def responded(self, responded: ResponseReport) -> None:
        """Report the response to an earlier request to viewers. Never blocks."""

    def reply(self, uuid: str, stored: StoredReply | None) -> None:
        """Send the callback's new reply to viewers; None if it was reset. Never blocks."""

    def presence(self, uuid: str, viewers: int, has_responder: bool | None) -> None:
        """Set the callback's number of viewers on all workers, and whether it has a responder;
        None if the worker that reports it does not know. Never blocks.
        """

    def refused(self, uuid: str, count: int, reason: Reason) -> None:
        """Report refused requests to viewers, with the latest reason. Never blocks."""

    def reply_used(self, uuid: str) -> None:
        """Send the callback's reply to viewers soon, because its counters changed. Never blocks."""

    def replaced(self, uuid: str, viewer: str) -> None:
        """Disconnect a viewer that lost the role of responder to a viewer on another worker. When
        it reconnects, its new claim returns a correct result. Never blocks.
        """

    def handed_over(self, uuid: str, viewer: str) -> None:
        """Count a viewer no longer, because another viewer replaces it. Never blocks."""

    def restored(self, uuid: str, viewer: str) -> None:
        """Count a replaced viewer again, because the one that replaces it left. Never blocks."""

    # The queue may consist of parts, each with some of the callbacks.

    def pause(self, part: Container[str] = WHOLE) -> None:
        """Send no requests to the rooms of these callbacks until each has a new barrier, because
        some may be missing. Never blocks.
        """

    def status(self, reason: str | None, part: Container[str] = WHOLE) -> None:
        """Report to the viewers of these callbacks why this part of the queue is unavailable; None
        if it is available again. Never blocks.
        """

    def resume(self, part: Container[str] = WHOLE) -> None:
        """Give a new barrier to each room of these callbacks that waits for one. May block."""


class Delivery(ABC):
    """One worker's share of delivery."""

    manager: Manager
    """The client manager for Socket.IO."""
    recovers: bool = False
    """Whether requests are kept for recovery."""

    @abstractmethod
    def start(self, sink: Sink) -> None:
        """Start delivery. Returns immediately, even if the queue is unavailable."""

    @abstractmethod
    def publish(self, request: Publishable, expected: Expected = ORDINARY) -> Receipt:
        """Accept the request: assign its `seq` and deliver it to every viewer.

        Raises `QueueUnavailable` if the queue did not confirm this (a request is never published
        twice), and `RateExceeded` if the callback is over its limit.
        """

    @abstractmethod
    def responded(self, responded: ResponseReport) -> None:
        """Report the response to a request to viewers. Best effort; never blocks."""

    @abstractmethod
    def refused(self, uuid: str, reason: Reason) -> None:
        """Report a refused request to the callback's viewers. Best effort; never blocks."""

    @abstractmethod
    def get_reply(self, uuid: str) -> StoredReply | None:
        """Return the callback's reply, or None. Raises `QueueUnavailable`."""

    @abstractmethod
    def set_reply(self, uuid: str, stored: StoredReply | None) -> None:
        """Store the reply, or reset it with None, and notify viewers. Every worker uses it for the
        next request. Raises `QueueUnavailable`.
        """

    @abstractmethod
    def claim(self, uuid: str, viewer: str, replaces: str = "") -> bool:
        """Make this viewer the callback's responder. Return False if another viewer on any worker
        is the responder, other than `replaces`. Raises `QueueUnavailable`; the viewer may then be
        the responder until `unclaim`.
        """

    @abstractmethod
    def take_over(self, uuid: str, viewer: str, replaces: str) -> None:
        """Make this viewer the callback's responder if `replaces` is the responder, on any worker.
        Pending requests stay pending. Raises `QueueUnavailable` like `claim`.
        """

    @abstractmethod
    def handed_over(self, uuid: str, viewer: str) -> None:
        """Report to this viewer's worker that another viewer replaces it. Best effort; never
        blocks.
        """

    @abstractmethod
    def restored(self, uuid: str, viewer: str) -> None:
        """Report to this replaced viewer's worker that the one that replaces it has left. Best
        effort; never blocks.
        """

    @abstractmethod
    def unclaim(self, uuid: str, viewer: str) -> None:
        """End this viewer's role as responder, if it has that role. Its pending requests then get
        the callback's reply, except handshakes that other viewers can respond to. Never blocks.
        """

    @abstractmethod
    def claim_handshakes(self, uuid: str, viewer: str) -> None:
        """Hold the callback's handshakes that need a secret for this viewer, too: from now on, on
        every worker. Any number of viewers can have this role. Raises `QueueUnavailable`; the
        viewer may then have the role until `unclaim_handshakes`.
        """

    @abstractmethod
    def unclaim_handshakes(self, uuid: str, viewer: str) -> None:
        """End this viewer's role for handshakes, if it has that role. Handshakes that no other
        viewer can respond to then get the callback's reply. Never blocks.
        """

    @abstractmethod
    def respond(self, uuid: str, request: str, response: str) -> bool:
        """Send the response to the worker where the request with that id is pending. Return False
        if no such request is pending. Raises `QueueUnavailable`; the worker may then have received
        the response.
        """

    @abstractmethod
    def decline(self, uuid: str, request: str) -> bool:
        """End the wait of the request with that id, whose sender then gets the callback's reply.
        Return False if no such request is pending. Raises `QueueUnavailable`.
        """

    @abstractmethod
    def barrier(self, uuid: str, since: Position | None = None) -> AbstractContextManager[Barrier]:
        """Pause the callback's stream while the `with` block runs, which must not block.

        With `since`, the barrier contains the kept requests after that position, or a slice of
        them. Raises `QueueUnavailable` if this worker's subscription cannot be confirmed.
        """

    @abstractmethod
    def set_viewers(self, uuid: str, viewers: int, replaced: int = 0) -> None:
        """Set the number of the callback's viewers on this worker. `replaced` of them still receive
        requests, but are not counted. Never blocks.
        """

    def has_peers(self) -> bool:
        """Return whether other workers share the queue. False if the queue is unavailable."""
        return False

    def figures(self) -> QueueFigures:
        """Return what this worker measured of the queue."""
        return QueueFigures()

    @abstractmethod
    def check(self) -> None:
        """Raise `QueueUnavailable`, with the reason, if this worker is not ready."""
