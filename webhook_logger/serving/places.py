"""The worker's connections: how many there may be, who holds them, and which are busy."""

from __future__ import annotations

import socket
import threading

from webhook_logger.errors import Reason, Refusal

VIEWERS_SHARE = 0.9


class Places:
    """Viewers hold their connections for long, so a tenth is kept from them."""

    def __init__(self, connections: int) -> None:
        self.connections = connections
        self.most_viewers = int(connections * VIEWERS_SHARE)
        self._taken = 0
        self.last_answers = False
        """Whether an answer is the last of its connection: the worker is about to leave."""
        self.closing = False
        """Whether it takes no more viewers."""
        self.viewers: dict[socket.socket, int] = {}
        """With their descriptors, as they were when they came: a closed socket has none."""
        self.descriptors: set[int] = set()
        self._busy = 0
        self._none_busy: threading.Event | None = None
        """Only while somebody waits for it: it would cost every request."""

    def take(self) -> bool:
        """Whether there was a place for one more connection, which has it now."""
        if self._taken >= self.connections:
            return False
        self._taken += 1
        return True

    def give_back(self) -> None:
        """A connection that had a place has ended."""
        self._taken -= 1

    def take_viewers_place(self, sock: socket.socket) -> None:
        """Raises `Refusal` when viewers hold their share."""
        if self.closing:
            raise Refusal(Reason.DRAINING, retry_after=1)
        if len(self.viewers) >= self.most_viewers:
            raise Refusal(Reason.TOO_MANY_VIEWERS, retry_after=5)
        self.viewers[sock] = sock.fileno()
        self.descriptors.add(sock.fileno())
        self.end_request()

    def leave_place(self, sock: socket.socket) -> None:
        """The connection has no request any more, as a sender or as a viewer."""
        descriptor = self.viewers.pop(sock, None)
        if descriptor is None:
            self.end_request()
        else:
            self.descriptors.discard(descriptor)

    def begin_request(self) -> None:
        """A request has begun to arrive."""
        self._busy += 1

    def end_request(self) -> None:
        """It is answered, or its connection has become a viewer's."""
        self._busy -= 1
        if not self._busy and self._none_busy:
            self._none_busy.set()

    def wait_until_none_is_busy(self, seconds: float) -> None:
        """Wait for what is in flight, but no longer than that."""
        if self._busy:
            self._none_busy = threading.Event()
            self._none_busy.wait(seconds)
