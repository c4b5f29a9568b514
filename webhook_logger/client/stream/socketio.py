"""All uses of private attributes of python-socketio's client and of python-engineio.

tests/test_library_seams.py asserts that they exist.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

import engineio
import socketio

_MAX_WAITING = 100
"""Maximum packets that the server has not read yet."""


class Owner(Protocol):
    """The owner of an Engine.IO connection, which handles its messages."""

    def handle(self, on_message: Callable[[Any], None], message: Any) -> None:
        """Handle a message from the server."""

    def fail(self, why: str) -> None:
        """Close the connection with a reason."""

    def shut_down(self) -> None:
        """Shut down the connection."""


class InOrderClient(engineio.Client):  # type: ignore[misc]  # it has no types
    """An Engine.IO client that handles messages in the thread that reads, and so in order.

    The library's client starts a thread for each message.
    """

    owner: Owner

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        """Handle a message at once; start a thread for other tasks."""
        if target is self.handlers.get("message"):
            return self.owner.handle(target, *args)
        return super().start_background_task(target, *args, **kwargs)

    def _receive_packet(self, pkt: engineio.packet.Packet) -> None:
        if self.queue.qsize() > _MAX_WAITING:
            self.owner.fail("the server does not read the packets of this client")
        elif pkt.packet_type == engineio.packet.PING and pkt.data:
            self.owner.fail("a ping of the server has content")
        else:
            super()._receive_packet(pkt)

    def disconnect(self, abort: bool = False, reason: str | None = None) -> None:
        """Shut down the connection at once.

        The library's method waits for the server, and for the thread that may call this method.
        """
        self.owner.shut_down()


class Client(socketio.Client):  # type: ignore[misc]  # it has no types
    """python-socketio's client over `InOrderClient`; a subclass is its owner."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.eio.owner = self
        self._connecting = threading.Lock()

    def check_handshake(self, ping_interval: float, ping_timeout: float) -> None:
        """Check the ping times of the server, in seconds. Raises `ValueError`."""

    def connect(self, *args: Any, **kwargs: Any) -> None:
        """Connect. Events can arrive before this returns."""
        with self._connecting:
            super().connect(*args, **kwargs)

    def wait_for_end(self, seconds: float | None = None) -> bool:
        """Wait for at most `seconds` until the connection is closed; return whether it is."""
        # The library sets `read_loop_task` after that thread has started.
        if not self._connecting.acquire(timeout=-1 if seconds is None else seconds):
            return False
        self._connecting.release()
        reading = self.eio.read_loop_task
        if reading:
            reading.join(seconds)
        return not (reading and reading.is_alive())

    def _engineio_client_class(self) -> type[engineio.Client]:
        return InOrderClient

    def _handle_eio_connect(self) -> None:
        self.check_handshake(self.eio.ping_interval, self.eio.ping_timeout)
        super()._handle_eio_connect()
