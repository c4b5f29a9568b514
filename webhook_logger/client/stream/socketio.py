"""The door to the inside of python-socketio's client, and of the python-engineio under it.

Everything here that they do not document is asserted in tests/test_library_seams.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import engineio
import socketio

_MAX_WAITING = 100
"""Packets that the server does not take from us."""


class Owner(Protocol):
    """Who a connection of Engine.IO works for."""

    def handle(self, on_message: Callable[[Any], None], message: Any) -> None:
        """Handle a message of the server."""

    def complain(self, what: str) -> None:
        """End the connection, and say why."""

    def cut(self) -> None:
        """End the connection."""


class InOrder(engineio.Client):  # type: ignore[misc]  # it has no types
    """Engine.IO's client gives each message a thread of its own: they would overtake one another.

    Here the thread that reads handles them.
    """

    owner: Owner

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        """Handle a message at once; everything else runs in a thread."""
        if target is self.handlers.get("message"):
            return self.owner.handle(target, *args)
        return super().start_background_task(target, *args, **kwargs)

    def _receive_packet(self, pkt: engineio.packet.Packet) -> None:
        if self.queue.qsize() > _MAX_WAITING:
            self.owner.complain("the server does not read what it is sent")
        elif pkt.packet_type == engineio.packet.PING and pkt.data:
            self.owner.complain("a ping of the server has content")
        else:
            super()._receive_packet(pkt)

    def disconnect(self, abort: bool = False, reason: str | None = None) -> None:
        """Cut it: the library's own waits for the server's good-bye, and for the thread that may
        call it.
        """
        self.owner.cut()


class Client(socketio.Client):  # type: ignore[misc]  # it has no types
    """python-socketio's client over `InOrder`; a subclass is its owner."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.eio.owner = self

    def check_handshake(self, ping_interval: float, ping_timeout: float) -> None:
        """Check the times, in seconds, that the server wants. Raises `ValueError`."""

    def wait_for_end(self, seconds: float | None = None) -> bool:
        """Wait until it is over; False where that takes longer."""
        reading = self.eio.read_loop_task
        if reading:
            reading.join(seconds)
        return not (reading and reading.is_alive())

    def _engineio_client_class(self) -> type[engineio.Client]:
        return InOrder

    def _handle_eio_connect(self) -> None:
        self.check_handshake(self.eio.ping_interval, self.eio.ping_timeout)
        super()._handle_eio_connect()
