"""The WebSocket of one Engine.IO session: handshake, upgrade, and messages from the viewer."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from engineio import packet
from engineio.exceptions import EngineIOError
from engineio.packet import Packet
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import generate_accept_token

from webhook_logger.errors import Reason, Refusal
from webhook_logger.metrics import Ending
from webhook_logger.viewers.transport import tasks
from webhook_logger.viewers.transport.engineio import Engine, Session, session_of
from webhook_logger.viewers.transport.frames import (
    READ_BYTES,
    MessageTooLarge,
    ProtocolViolation,
    ViewerClosed,
    ViewerMessages,
    frame,
)
from webhook_logger.viewers.transport.outbox import Outbox, bye

Environ = dict[str, Any]

FRAMES_PER_TURN = 16
CLOSE_SECONDS = 2.0
"""Time for the viewer to read a Close frame and to close. Data that it sends is discarded."""

AllowMessage = Callable[[Session], bool]
"""Waits until the rate allows one more frame of a session. Returns False if the viewer left."""

_KEY = re.compile("[A-Za-z0-9+/]{22}==")
"""16 bytes in base64."""


class UpgradeRequired(Refusal):
    """The request is not a WebSocket handshake, but must be one (RFC 9110, section 15.5.22)."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(Reason.UPGRADE_REQUIRED, message)

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """Add the protocol and its version (RFC 6455, section 4.4)."""
        added = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
        return [*super().get_headers(*args, **kwargs), *added]


class WebSocket:
    """The WSGI application that Engine.IO calls for a WebSocket. It returns after the viewer left.

    Engine.IO passes a method of its session as `handler`. Only the session is used.
    """

    def __init__(
        self, allow_message: AllowMessage, handler: Callable[..., Any], server: Engine
    ) -> None:
        self._allow_message = allow_message
        self._engineio = session_of(handler)
        self._server = server
        self._frames = 0
        self._attached = False
        """Whether the session uses this WebSocket."""

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """PEP 3333, except that the response goes to the bare socket."""
        try:
            key = _key(environ)
            sock = environ["eventlet.input"].get_socket()
        except Exception:
            if not self._engineio.connected:
                tasks.end_session(self._engineio)  # else it would count until its ping timeout
            raise
        self._run(sock, key)
        return []

    def _run(self, sock: Any, key: bytes) -> None:
        last = b""
        try:
            sock.sendall(_accepted(key))
            self._serve(sock)
        except ProtocolViolation as violation:
            last = violation.last
            if self._attached:
                self._set_ending(violation)
        except ViewerClosed as closed:
            last = closed.last
        except OSError:
            pass  # the viewer has closed, or exceeded the deadline of its phase
        self._end(sock, last)

    def _set_ending(self, violation: ProtocolViolation) -> None:
        is_large = isinstance(violation, MessageTooLarge)
        self._outbox.ending = Ending.LIMIT if is_large else Ending.PROTOCOL_ERROR
        if is_large:
            self._outbox.put(bye("limit"))

    @property
    def _outbox(self) -> Outbox:
        return self._engineio.queue

    def _serve(self, sock: Any) -> None:
        if self._engineio.upgrading or self._engineio.upgraded:
            raise ViewerClosed  # another WebSocket is attached or being attached
        limited = Limited(sock, self._server.ping_interval + self._server.ping_timeout)
        max_bytes = self._server.max_http_buffer_size
        messages = ViewerMessages(limited.recv, limited.sendall, self._admit, max_bytes)
        if self._engineio.connected:
            self._upgrade(limited, messages)
        self._engineio.connected = self._engineio.upgraded = self._attached = True
        sock.settimeout(None)  # from now on, Engine.IO's pings detect a lost viewer
        messages.recv, messages.respond = sock.recv, self._outbox.write
        self._outbox.attach(sock)
        while True:
            self._receive(messages.next())

    def _admit(self) -> None:
        """Yield between frames, and check the viewer's rate. Raises `ViewerClosed`."""
        self._frames += 1
        if self._frames % FRAMES_PER_TURN == 0:
            time.sleep(0)
        # Discard frames that arrived before the session ended.
        if self._engineio.closed or not self._allow_message(self._engineio):
            raise ViewerClosed

    def _upgrade(self, sock: Limited, messages: ViewerMessages) -> None:
        """Upgrade the session from long-polling."""
        self._engineio.upgrading = True
        try:
            if messages.next() != "2probe":
                raise ProtocolViolation(CloseReason.POLICY_VIOLATION)
            sock.sendall(frame("3probe"))
            self._outbox.put(Packet(packet.NOOP))  # ends the current poll
            if messages.next() != "5":
                raise ProtocolViolation(CloseReason.POLICY_VIOLATION)
        finally:
            self._engineio.upgrading = False

    def _receive(self, message: str | bytes) -> None:
        try:
            received = Packet(encoded_packet=message)
        except ValueError as error:  # not a packet; not logged
            raise ProtocolViolation(CloseReason.POLICY_VIOLATION) from error
        try:
            if received.packet_type == packet.PONG:
                tasks.pong(self._engineio)
            else:
                tasks.wait_for_turn()
                self._engineio.receive(received)
        except EngineIOError as error:
            raise ProtocolViolation(CloseReason.POLICY_VIOLATION) from error
        except Exception:
            # Socket.IO failed, so that the state of the connection is unknown.
            self._server.logger.exception("A message could not be handled.")
            raise ProtocolViolation(CloseReason.POLICY_VIOLATION) from None

    def _end(self, sock: Any, last: bytes) -> None:
        """End the connection so that the viewer can read the last frame, if there is one.

        Closing a socket with unread bytes resets the connection, and the viewer loses the data that
        it has not read yet.
        """
        if self._attached or not self._engineio.connected:
            self._outbox.finish(last)
            tasks.end_session(self._engineio)
        elif last:
            with suppress(OSError):
                sock.sendall(last)
                sock.shutdown(socket.SHUT_WR)
        if last:
            self._drain(sock)
        if self._attached:
            self._outbox.close()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)  # ends a thread that is blocked in a write

    def _drain(self, sock: Any) -> None:
        limited = Limited(sock, CLOSE_SECONDS)
        with suppress(OSError):
            while limited.recv(READ_BYTES):
                pass


class Limited:
    """A socket with one deadline for all reads and writes of a phase."""

    def __init__(self, sock: Any, seconds: float) -> None:
        self._socket = sock
        self._until = time.monotonic() + seconds

    def recv(self, size: int) -> bytes:
        """Return the next bytes. Raises `TimeoutError`."""
        self._allow()
        data: bytes = self._socket.recv(size)
        return data

    def sendall(self, data: bytes) -> None:
        """Send a few bytes. Raises `TimeoutError`."""
        self._allow()
        self._socket.sendall(data)

    def _allow(self) -> None:
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        self._socket.settimeout(seconds)


def _accepted(key: bytes) -> bytes:
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {generate_accept_token(key).decode()}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _key(environ: Environ) -> bytes:
    """Return the key of the handshake (RFC 6455, section 4.2.1). Raises `Refusal`."""
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        raise UpgradeRequired
    if not _KEY.fullmatch(key):  # duplicate lines have been joined
        malformed = "Sec-WebSocket-Key must be one line of 16 bytes in base64."
        raise Refusal(Reason.WEBSOCKET_HANDSHAKE_MALFORMED, malformed)
    return bytes(key, "ascii")
