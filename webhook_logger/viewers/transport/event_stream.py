"""The transport of a viewer without Socket.IO: an HTTP response that does not end.

Engine.IO treats it like a WebSocket, so all rules for viewers apply to it. Such a viewer sends only
its request. So the server connects it to its callback, and responds to pings in its place. Each
ping is written as a comment. A lost viewer does not acknowledge it, so the system reports the loss.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterable
from email.utils import formatdate
from functools import partial
from typing import Any, NamedTuple

from engineio.packet import MESSAGE, PING, Packet

from webhook_logger.metrics import Ending
from webhook_logger.viewers.transport import tasks
from webhook_logger.viewers.transport.engineio import session_of
from webhook_logger.viewers.transport.outbox import Outbox
from webhook_logger.viewers.transport.outgoing import Shared
from webhook_logger.viewers.transport.sse import COMMENT, event_of, retry

EVENTS = "webhook_logger.events"
"""The key of an `Opening` in the environ of a session that uses this transport."""
RETRY_MILLISECONDS = range(1000, 3001)
"""A browser connects again after a random one of these, so that not all do so at once."""
LOST_SECONDS = 20
"""Time without an acknowledgement after which the system ends the connection of a lost viewer."""
READ_BYTES = 4096
CONNECT, CONNECT_ERROR = "0", "4"
"""Socket.IO's packet types."""

_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)


class Opening(NamedTuple):
    """The beginning of a viewer's session."""

    headers: list[tuple[str, str]]
    """The headers of the response."""
    auth: str
    """The JSON that the viewer would send with its CONNECT. It can contain a view key."""


class EventOutbox(Outbox):
    """An outbox that writes Server-Sent Events."""

    __slots__ = ("_pong",)

    def __init__(self, max_bytes: int, pong: Callable[[], None]) -> None:
        super().__init__(max_bytes)
        self._pong = pong
        """Responds to a ping in the viewer's place."""

    def put(self, packet: Packet | Shared | None) -> None:
        """Send a packet; None ends the connection after all earlier packets. Never blocks."""
        super().put(packet)
        if isinstance(packet, Packet) and packet.packet_type == PING:
            self._pong()

    def encode(self, packet: Packet) -> bytes:
        """Return a packet as an event; empty if the viewer does not receive it."""
        if packet.packet_type == PING:
            return COMMENT
        is_text = packet.packet_type == MESSAGE and isinstance(packet.data, str)
        return event_of(packet.data.encode()) if is_text else b""

    def send(self, packet: Packet | Shared | None) -> None:
        """Write a packet as an event; None ends the stream after all earlier events."""
        if isinstance(packet, Shared):
            if self._is_writing:
                self._wait(packet.events)
            else:
                self.write(packet.events.frame)
        elif packet is None or _is_refusal(packet):
            super().send(None)
        elif event := self.encode(packet):
            self.write(event)


def _is_refusal(packet: Packet) -> bool:
    """Return whether the CONNECT was refused: the policy has changed since the request."""
    return packet.packet_type == MESSAGE and str(packet.data).startswith(CONNECT_ERROR)


class EventStream:
    """The WSGI application that Engine.IO calls for such a viewer. It returns while the viewer
    stays. Afterwards there is no green thread until something is sent.

    Engine.IO passes a method of its session as `handler`. Only the session is used.
    """

    __slots__ = ("_connection", "_engineio", "_left", "_outbox")

    def __init__(self, max_outbox_bytes: int, handler: Callable[..., Any]) -> None:
        self._engineio = session_of(handler)
        self._outbox = EventOutbox(max_outbox_bytes, partial(tasks.pong, self._engineio))
        self._connection: Any = None
        self._left = self._engineio.server.max_http_buffer_size
        """Number of bytes that the viewer can still send. They are discarded."""

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """PEP 3333, except that the response goes to the bare socket."""
        opening: Opening = environ.pop(EVENTS)
        try:
            self._connection = environ["eventlet.input"].take_connection(status=200)
        except Exception:
            tasks.end_session(self._engineio)
            raise
        try:
            self._begin(self._connection.socket, opening)
        except OSError:
            self._end()  # the viewer has left
        except Exception:
            self._end()
            raise
        else:
            self._connection.socket.call_when_readable(self._on_readable)
        return []

    def _begin(self, sock: Any, opening: Opening) -> None:
        if _USER_TIMEOUT is not None:
            sock.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, LOST_SECONDS * 1000)
        sock.settimeout(None)
        # Nothing was sent to the session before, except Engine.IO's own OPEN.
        self._engineio.queue = self._outbox
        self._engineio.connected = self._engineio.upgraded = True
        self._outbox.attach(sock)
        self._outbox.write(_head(opening.headers) + retry(secrets.choice(RETRY_MILLISECONDS)))
        tasks.wait_for_turn()
        self._engineio.receive(Packet(MESSAGE, CONNECT + opening.auth))

    def _on_readable(self) -> None:
        """Discard what the viewer has sent. Runs in the hub, and must not wait."""
        try:
            data = self._connection.socket.recv_now(READ_BYTES)
        except TimeoutError:
            self._outbox.ending = self._outbox.ending or Ending.PING_TIMEOUT
            data = b""
        except OSError:
            data = b""  # the viewer has left
        self._left -= len(data or b"")
        if self._left < 0:  # more than a message could have
            self._outbox.ending = Ending.PROTOCOL_ERROR
        if data == b"" or self._left < 0:
            self._end()
        else:
            self._connection.socket.call_when_readable(self._on_readable)

    def _end(self) -> None:
        self._outbox.close()
        tasks.end_session_soon(self._engineio, self._connection.close)


def _head(headers: list[tuple[str, str]]) -> bytes:
    """Return the head of a response that ends with its connection (RFC 9112, section 6.3)."""
    lines = [
        "HTTP/1.1 200 OK",
        f"Date: {formatdate(usegmt=True)}",
        *(f"{name}: {value}" for name, value in headers),
        "Connection: close",
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
