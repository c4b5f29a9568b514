"""The WebSocket of one Engine.IO connection: handshake, upgrade, and what the viewer sends."""

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
from webhook_logger.viewers.transport import chores
from webhook_logger.viewers.transport.engineio import Engine, Session, session_of
from webhook_logger.viewers.transport.frames import (
    READ_BYTES,
    Broken,
    MessageTooLarge,
    ViewerClosed,
    ViewerMessages,
    frame,
)
from webhook_logger.viewers.transport.outbox import Outbox, bye

Environ = dict[str, Any]

FRAMES_A_TURN = 16
GOODBYE_SECONDS = 2.0
"""How long the other side has to read a Close frame and to close; what it sends is discarded."""

MaySpeak = Callable[[Session], bool]
"""Returns whether to handle one more frame of a session; may wait until the rate allows it."""

_KEY = re.compile("[A-Za-z0-9+/]{22}==")
"""16 bytes in base64."""


class UpgradeRequired(Refusal):
    """The request needs a WebSocket handshake that it does not have (RFC 9110, 15.5.22)."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(Reason.UPGRADE_REQUIRED, message)

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """Add the protocol and its version (RFC 6455, section 4.4)."""
        ours = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
        return [*super().get_headers(*args, **kwargs), *ours]


class WebSocket:
    """What Engine.IO calls to run a WebSocket: a WSGI application that ends when the viewer goes.

    Of the `handler` that it is given only the Engine.IO socket is used, whose method that is.
    """

    def __init__(self, may_speak: MaySpeak, handler: Callable[..., Any], server: Engine) -> None:
        self._may_speak = may_speak
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
                chores.leave(self._engineio)  # otherwise it would count until its ping is overdue
            raise
        self._run(sock, key)
        return []

    def _run(self, sock: Any, key: bytes) -> None:
        last = b""
        try:
            sock.sendall(_accepted(key))
            self._serve(sock)
        except Broken as broken:
            last = broken.last
            if self._attached:
                self._cut_off(broken)
        except ViewerClosed as closed:
            last = closed.last
        except OSError:
            pass  # it has closed, or exceeded the deadline of its phase
        self._end(sock, last)

    def _cut_off(self, broken: Broken) -> None:
        is_large = isinstance(broken, MessageTooLarge)
        self._outbox.ending = Ending.LIMIT if is_large else Ending.PROTOCOL_ERROR
        if is_large:
            self._outbox.put(bye("limit"))

    @property
    def _outbox(self) -> Outbox:
        return self._engineio.queue

    def _serve(self, sock: Any) -> None:
        if self._engineio.upgrading or self._engineio.upgraded:
            raise ViewerClosed  # another WebSocket is attached, or about to be
        entering = Limited(sock, self._server.ping_interval + self._server.ping_timeout)
        most_bytes = self._server.max_http_buffer_size
        messages = ViewerMessages(entering.recv, entering.sendall, self._admit, most_bytes)
        if self._engineio.connected:
            self._upgrade(entering, messages)
        self._engineio.connected = self._engineio.upgraded = self._attached = True
        sock.settimeout(None)  # from here on Engine.IO's pings find who is gone
        messages.recv, messages.respond = sock.recv, self._outbox.write
        self._outbox.attach(sock)
        while True:
            self._receive(messages.next())

    def _admit(self) -> None:
        """Let others run between frames, and check the viewer's rate. Raises `ViewerClosed`."""
        self._frames += 1
        if self._frames % FRAMES_A_TURN == 0:
            time.sleep(0)
        # Frames that arrived before the session ended are not handled.
        if self._engineio.closed or not self._may_speak(self._engineio):
            raise ViewerClosed

    def _upgrade(self, sock: Limited, messages: ViewerMessages) -> None:
        """Take over from long-polling."""
        self._engineio.upgrading = True
        try:
            if messages.next() != "2probe":
                raise Broken(CloseReason.POLICY_VIOLATION)
            sock.sendall(frame("3probe"))
            self._outbox.put(Packet(packet.NOOP))  # ends the poll that is going on
            if messages.next() != "5":
                raise Broken(CloseReason.POLICY_VIOLATION)
        finally:
            self._engineio.upgrading = False

    def _receive(self, message: str | bytes) -> None:
        try:
            received = Packet(encoded_packet=message)
        except ValueError as error:  # not one: nothing that the log should say
            raise Broken(CloseReason.POLICY_VIOLATION) from error
        try:
            if received.packet_type == packet.PONG:
                chores.pong(self._engineio)
            else:
                chores.wait_for_turn()
                self._engineio.receive(received)
        except EngineIOError as error:
            raise Broken(CloseReason.POLICY_VIOLATION) from error
        except Exception:
            # Socket.IO cannot read it: the state of the connection is unknown.
            self._server.logger.exception("Unknown receive error")
            raise Broken(CloseReason.POLICY_VIOLATION) from None

    def _end(self, sock: Any, last: bytes) -> None:
        """End the connection, so that the other side can read the last frame, if there is one.

        Closing a socket with unread bytes resets the connection, and the other side loses what it
        has not read yet.
        """
        if self._attached or not self._engineio.connected:
            self._outbox.finish(last)
            chores.leave(self._engineio)
        elif last:
            with suppress(OSError):
                sock.sendall(last)
                sock.shutdown(socket.SHUT_WR)
        if last:
            self._drain(sock)
        if self._attached:
            self._outbox.close()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)  # for a thread that is stuck where it writes

    def _drain(self, sock: Any) -> None:
        rest = Limited(sock, GOODBYE_SECONDS)
        with suppress(OSError):
            while rest.recv(READ_BYTES):
                pass


class Limited:
    """A socket with one deadline for a whole phase, whatever is sent and received."""

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
    if not _KEY.fullmatch(key):  # repeated lines are joined by now
        malformed = "Sec-WebSocket-Key must be one line of 16 bytes in base64."
        raise Refusal(Reason.WEBSOCKET_HANDSHAKE_MALFORMED, malformed)
    return bytes(key, "ascii")
