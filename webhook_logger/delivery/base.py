"""What delivery is: how a captured request gets from the worker that received it to every viewer.

One order holds for every callback: `Delivery` hands its requests, `seq` by `seq`, to the one `Sink`
of each worker. A *cut* is a place in that order at which a viewer can enter: nothing before it is
sent to the viewer, everything after it is.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from socketio import Manager

from webhook_logger.captured import CapturedRequest
from webhook_logger.delivery.held import Held
from webhook_logger.errors import Reason


class QueueUnavailable(Exception):
    """The queue did not do what it was asked for: the sender gets 503, a viewer waits."""


class RateExceeded(Exception):
    """The callback has had its requests for now: the sender gets 429 and may come back."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The window ends in {seconds:g} seconds.")
        self.seconds = seconds
        """Until the next request is taken."""


class Expected(NamedTuple):
    """What is known of the answer before its request is published."""

    status: int
    by: str
    """`default` or `path`."""
    reply: str
    """How the callback's reply is asked for: `take` it, which counts where it has a number of
    times, or only `look` at it. What would take it is held where there is an answerer.
    """


ORDINARY = Expected(200, "default", "take")
PREFLIGHT = Expected(200, "default", "look")


class Receipt(NamedTuple):
    """What a sender may know: the request was published, here, for so many viewers."""

    epoch: str
    seq: int
    viewers: int
    reply: str | None = None
    """The callback's reply as it is kept, without its times, from the same step; None where it has
    none: then the viewers are told of the expected answer.
    """
    held: Held | None = None
    """Where somebody claims to answer: what becomes of it. Then the reply is not looked at."""


class Kept(NamedTuple):
    """A callback's reply as it is kept."""

    reply: str
    """JSON, which nobody here looks into."""
    times: int | None
    """For how many requests more; None for all."""


class ResponseReport(NamedTuple):
    """What the sender of a request was answered, as viewers are told."""

    uuid: str
    epoch: str
    seq: int
    status: int
    by: str
    """`default`, `reply`, `path` or `answerer`."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A place in a callback's stream: after the request `seq`, before the next one."""

    epoch: str
    seq: int
    viewers_elsewhere: int
    """Viewers on other workers."""


class Sink(Protocol):
    """The worker's end of delivery: its rooms."""

    def deliver(self, answered: ResponseReport, members: bytes) -> None:
        """Hand a captured request to this worker's viewers of the callback, and its response where
        that is known already (else its status is 0). `members` are those of the event's JSON that
        `members_of` makes. May let other green threads run; nothing more is delivered until it
        returns.
        """

    def skipped(self, uuid: str) -> None:
        """A message of the callback was left out, which may have been a request: give its viewers
        a new cut, so that they hear what they missed. Never blocks.
        """

    def answered(self, answered: ResponseReport) -> None:
        """What the sender of a request that was delivered before was answered. Never blocks."""

    def reply(self, uuid: str, kept: Kept | None) -> None:
        """The callback's reply was changed; None: it has none any more. Never blocks."""

    def count(self, uuid: str, viewers: int) -> None:
        """So many viewers of the callback there are now on all workers. Never blocks."""

    def refused(self, uuid: str, count: int, reason: Reason) -> None:
        """More requests of the callback were refused, the latest for this reason. Never blocks."""

    def reply_used(self, uuid: str) -> None:
        """The callback's reply holds for one request less. Never blocks."""

    def pause(self) -> None:
        """Hold back what comes, which may have holes, until `resume`. Never blocks."""

    def status(self, reason: str | None) -> None:
        """Notify all viewers that the queue takes no requests, for that reason; None: that it does
        again. Never blocks.
        """

    def resume(self) -> None:
        """Give a new cut to each room that waits for one: the stream is whole again. May block."""


class Delivery(ABC):
    """One worker's share of delivery."""

    manager: Manager
    """What Socket.IO is to use as its client manager."""

    @abstractmethod
    def start(self, sink: Sink) -> None:
        """Begin to deliver; returns at once, whether the queue is there or not."""

    @abstractmethod
    def publish(self, request: CapturedRequest, expected: Expected = ORDINARY) -> Receipt:
        """Accept the request: give it its `seq` and hand it to every viewer.

        Raises `QueueUnavailable` when that is not certain (a request is never published twice),
        and `RateExceeded` when it is one too many.
        """

    @abstractmethod
    def answered(self, answered: ResponseReport) -> None:
        """Tell the viewers what the callback's reply was made into. Best effort; never blocks."""

    @abstractmethod
    def refused(self, uuid: str, reason: Reason) -> None:
        """Report a refused request to the callback's viewers. Best effort; never blocks."""

    @abstractmethod
    def get_reply(self, uuid: str) -> Kept | None:
        """The callback's reply, None without one. Raises `QueueUnavailable`."""

    @abstractmethod
    def set_reply(self, uuid: str, kept: Kept | None) -> None:
        """Keep it, in force with the next request on every worker; None: keep none. The viewers
        are told. Raises `QueueUnavailable`.
        """

    @abstractmethod
    def claim(self, uuid: str, viewer: str) -> bool:
        """Let this viewer answer the callback's requests from now on; False where another one does,
        on whatever worker. Raises `QueueUnavailable`: then it may or may not, until `unclaim`.
        """

    @abstractmethod
    def unclaim(self, uuid: str, viewer: str) -> None:
        """It answers no more, if it did; what is held for it is let go. Never blocks."""

    @abstractmethod
    def answer(self, uuid: str, request: str, given: str) -> bool:
        """Hand the answer to the request of that id to the worker that holds it, whichever it is;
        False where it is not held, or not any more. Raises `QueueUnavailable`: then it may or may
        not have been handed over.
        """

    @abstractmethod
    def decline(self, uuid: str, request: str) -> bool:
        """Let go of the request of that id: the callback's reply is used, and no answer awaited;
        False where it is not held, or not any more. Raises `QueueUnavailable`.
        """

    @abstractmethod
    def cut(self, uuid: str) -> AbstractContextManager[Cut]:
        """Hold the callback's stream still while the `with` block runs, which must not block.

        Raises `QueueUnavailable` when this worker's subscription cannot be confirmed.
        """

    @abstractmethod
    def set_viewers(self, uuid: str, viewers: int) -> None:
        """Say how many viewers of the callback this worker has now. Never blocks."""

    @property
    def requests_read(self) -> int:
        """How many captured requests this worker has read from the queue."""
        return 0

    @property
    def messages_unknown(self) -> int:
        """How many messages on the queue had a version that this worker does not know."""
        return 0

    @abstractmethod
    def check(self) -> None:
        """Raises `QueueUnavailable`, with the reason, when this worker is not ready."""
