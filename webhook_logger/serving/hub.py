"""eventlet's hub, in smaller turns."""

from __future__ import annotations

from typing import Any

from eventlet import hubs
from eventlet.hubs import epolls

EVENTS_A_TURN = 16
"""eventlet's own is 1,023: when thousands of viewers drop at once, a request, which needs a few
turns, waited for all of them."""


class FairHub(epolls.Hub):  # type: ignore[misc]  # it has no types
    """Looks after few sockets at a time, so that none waits for all the others."""

    is_available = staticmethod(epolls.is_available)  # eventlet asks for it

    def do_poll(self, seconds: float) -> Any:
        """What is ready, at most so much."""
        return self.poll.poll(seconds, EVENTS_A_TURN)


def use_fair_hub() -> None:
    """Let green threads run on it, where there is epoll; before there are any."""
    if epolls.is_available():
        hubs.use_hub(FairHub)
