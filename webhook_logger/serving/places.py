"""The worker's connections: how many there are, which are viewers, and which are busy."""

from __future__ import annotations

import socket
import threading

from webhook_logger.errors import Reason, Refusal

VIEWERS_SHARE = 0.9


class Places:
    """Counts connections. A tenth is reserved for senders, because viewers stay for a long time."""

    def __init__(self, connections: int) -> None:
        self.connections = connections
        self.most_viewers = int(connections * VIEWERS_SHARE)
        self._taken = 0
        self.last_responses = False
        """Whether each response ends its connection: the worker drains."""
        self.closing = False
        """Whether new viewers are refused."""
        self.viewers: dict[socket.socket, int] = {}
        """With their file descriptors: a closed socket no longer knows its own."""
        self.descriptors: set[int] = set()
        self._busy = 0
        self._none_busy: threading.Event | None = None
        """Set only while somebody waits for it: setting an event costs time on every request."""

    def take(self) -> bool:
        """Take a place for one more connection; False where all are taken."""
        if self._taken >= self.connections:
            return False
        self._taken += 1
        return True

    def give_back(self) -> None:
        """Give back the place of a connection that has ended."""
        self._taken -= 1

    def take_viewers_place(self, sock: socket.socket) -> None:
        """Make a connection a viewer's. Raises `Refusal` where viewers have their share."""
        if self.closing:
            raise Refusal(Reason.DRAINING, retry_after=1)
        if len(self.viewers) >= self.most_viewers:
            raise Refusal(Reason.TOO_MANY_VIEWERS, retry_after=5)
        self.viewers[sock] = sock.fileno()
        self.descriptors.add(sock.fileno())
        self.end_request()

    def leave_place(self, sock: socket.socket) -> None:
        """Note that the connection's request, or its viewer, has ended."""
        descriptor = self.viewers.pop(sock, None)
        if descriptor is None:
            self.end_request()
        else:
            self.descriptors.discard(descriptor)

    def begin_request(self) -> None:
        """Note that a request has begun to arrive."""
        self._busy += 1

    def end_request(self) -> None:
        """Note that a request has its response, or that its connection has become a viewer's."""
        self._busy -= 1
        if not self._busy and self._none_busy:
            self._none_busy.set()

    def wait_until_none_is_busy(self, seconds: float) -> None:
        """Wait for the requests in flight, at most that long."""
        if self._busy:
            self._none_busy = threading.Event()
            self._none_busy.wait(seconds)
