"""The place of one worker: its share of the port, the worker, and the one that replaces it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

from webhook_logger.supervisor.restart_delay import RestartDelay
from webhook_logger.supervisor.worker import WorkerProcess

SO_DETACH_FILTER = 27  # Linux, include/uapi/asm-generic/socket.h; Python has no name for it


class Place:
    """A listening socket, with the worker that accepts its connections.

    While a worker is replaced, both have the same socket, so that no connection is lost. When a
    worker dies, the socket is closed: the kernel then gives new connections to the other workers.
    """

    def __init__(self, bind: Callable[[], socket.socket]) -> None:
        self._bind = bind
        self._listener: socket.socket | None = None
        self.worker: WorkerProcess | None = None
        self.replacement: WorkerProcess | None = None
        """The worker that starts to replace `worker`."""
        self.leaving: WorkerProcess | None = None
        """The worker that was replaced, and drains."""
        self.delay = RestartDelay()
        self.has_failed = False
        """Whether a worker of this place has ended by itself."""

    @property
    def listener(self) -> socket.socket:
        """Return the socket. Raises `ServingError`."""
        if self._listener is None:
            self._listener = self._bind()
        return self._listener

    @property
    def processes(self) -> Iterator[WorkerProcess]:
        """Yield the workers of this place that have not ended."""
        for worker in (self.worker, self.replacement, self.leaving):
            if worker:
                yield worker

    @property
    def is_up(self) -> bool:
        """Return whether a worker accepts connections."""
        return bool(self.worker and self.worker.is_accepting)

    def close(self) -> None:
        """Close the supervisor's descriptor of the socket."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def close_after(self, pid: int) -> None:
        """Close the socket if the worker with this process id was the only one to use it."""
        if self.worker and self.worker.pid == pid and not self.replacement:
            self.close()

    def replace(self, seconds: float) -> None:
        """Let the replacement, which accepts connections, take over; the worker must then end
        within these seconds.
        """
        self.worker, self.leaving, self.replacement = self.replacement, self.worker, None
        if self.leaving:
            self.leaving.drain(seconds, self.worker)

    def remove(self, worker: WorkerProcess) -> None:
        """Forget a worker that has ended."""
        if worker is self.worker:
            self.worker = None
        elif worker is self.replacement:
            self.replacement = None
        else:
            self.leaving = None
        if self._listener is not None:
            # A worker that drained without being asked has made its socket drop connections. The
            # socket is also that of the replacement.
            with suppress(OSError):  # it has not
                self._listener.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
