"""Count the worker's connections, its viewers, and its requests in flight."""

from __future__ import annotations

import threading

from webhook_logger.errors import Reason, Refusal
from webhook_logger.serving.sockets import Socket

VIEWERS_SHARE = 0.9


class ConnectionSlots:
    """The connection slots of a worker. A tenth is reserved for senders, as viewers stay long."""

    def __init__(self, connections: int) -> None:
        self.connections = connections
        self.max_viewers = int(connections * VIEWERS_SHARE)
        self._taken = 0
        self.last_responses = False
        """Whether each response ends its connection, because the worker drains."""
        self.closing = False
        """Whether new viewers are refused."""
        self.viewers: dict[Socket, int] = {}
        """The viewers' sockets and file descriptors: a closed socket has lost its descriptor."""
        self.descriptors: set[int] = set()
        self._busy = 0
        self._idle_event: threading.Event | None = None
        """None while no caller waits: setting an event would cost time on every request."""

    @property
    def taken(self) -> int:
        """Return the number of connections."""
        return self._taken

    @property
    def busy(self) -> int:
        """Return the number of requests in flight."""
        return self._busy

    def acquire(self) -> bool:
        """Acquire a slot for one more connection; return False if all are taken."""
        if self._taken >= self.connections:
            return False
        self._taken += 1
        return True

    def release(self) -> None:
        """Release the slot of a connection that has ended."""
        self._taken -= 1

    def acquire_viewer_slot(self, sock: Socket) -> None:
        """Count a connection as a viewer. Raises `Refusal` if viewers have all of their slots."""
        if self.closing:
            raise Refusal(Reason.DRAINING, retry_after=1)
        if len(self.viewers) >= self.max_viewers:
            raise Refusal(Reason.TOO_MANY_VIEWERS, retry_after=5)
        self.viewers[sock] = sock.fileno()
        self.descriptors.add(sock.fileno())
        self.end_request()

    def release_viewer_slot(self, sock: Socket) -> None:
        """Count a viewer no longer. Its connection still has its slot."""
        self.descriptors.discard(self.viewers.pop(sock))

    def begin_request(self) -> None:
        """Count a request that has begun to arrive."""
        self._busy += 1

    def end_request(self) -> None:
        """Count a request that has its response, or whose connection has become a viewer."""
        self._busy -= 1
        if not self._busy and self._idle_event:
            self._idle_event.set()

    def wait_until_idle(self, seconds: float) -> None:
        """Wait for the requests in flight, for at most `seconds`."""
        if self._busy:
            self._idle_event = threading.Event()
            self._idle_event.wait(seconds)
