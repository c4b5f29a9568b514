"""eventlet's hub, with an order: senders first, and of the viewers few at a time."""

from __future__ import annotations

import logging
from collections.abc import Container
from typing import Any

from eventlet import hubs
from eventlet.hubs import epolls

EVENTS_A_TURN = 256
"""Timers run in between."""
VIEWERS_A_TURN = 16
"""When thousands of viewers drop at once, a request, which needs a few turns, would wait for all of
them."""


log = logging.getLogger(__name__)


class FairHub(epolls.Hub):  # type: ignore[misc]  # it has no types
    """Looks after few of those that can wait, so that nobody else waits for all of them."""

    can_wait: Container[int] = frozenset()
    """Descriptors; a set that changes while they are looked after."""

    is_available = staticmethod(epolls.is_available)  # eventlet asks for it

    def do_poll(self, seconds: float) -> Any:
        """What is ready. What is left out is ready the next time, too, behind all that is not."""
        ready = self.poll.poll(seconds, EVENTS_A_TURN)
        if len(ready) <= VIEWERS_A_TURN:
            return ready
        viewers = [event for event in ready if event[0] in self.can_wait]
        if len(viewers) <= VIEWERS_A_TURN:
            return ready
        others = [event for event in ready if event[0] not in self.can_wait]
        return others + viewers[:VIEWERS_A_TURN]

    def squelch_generic_exception(self, exc_info: Any) -> None:
        """Log what a green thread did not catch; eventlet prints it, a stranger's text included."""
        log.error("A green thread failed.", exc_info=exc_info)

    def squelch_timer_exception(self, timer: object, exc_info: Any) -> None:
        """The same, of one that a timer has started."""
        self.squelch_generic_exception(exc_info)

    def squelch_exception(self, fileno: int, exc_info: Any) -> None:
        """The same, of one that waited for a descriptor, which nobody waits for any more."""
        self.squelch_generic_exception(exc_info)
        self.remove_descriptor(fileno)


def use_fair_hub() -> None:
    """Let green threads run on it, where there is epoll; before there are any."""
    if epolls.is_available():
        hubs.use_hub(FairHub)


def let_wait(descriptors: Container[int]) -> None:
    """Of these, which may change, few at a time are looked after."""
    hub = hubs.get_hub()
    if isinstance(hub, FairHub):
        hub.can_wait = descriptors
