"""The WebSocket of one Engine.IO session: handshake, upgrade, and messages from the viewer."""

from __future__ import annotations

import re
import socket
import time
from _thread import start_new_thread  # Thread.start waits, and others run meanwhile
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, Protocol

from engineio import packet
from engineio.exceptions import EngineIOError
from engineio.packet import Packet
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import generate_accept_token

from webhook_logger.errors import Reason, Refusal
from webhook_logger.metrics import Ending
from webhook_logger.viewers.transport import tasks
from webhook_logger.viewers.transport.engineio import Session, session_of
from webhook_logger.viewers.transport.frames import (
    READ_BYTES,
    MessageTooLarge,
    ProtocolViolation,
    ViewerClosed,
    ViewerMessages,
    frame,
    is_pong,
)
from webhook_logger.viewers.transport.outbox import Outbox
from webhook_logger.viewers.transport.outgoing import bye

Environ = dict[str, Any]

FRAMES_PER_TURN = 16
CLOSE_SECONDS = 2.0
"""Time for the viewer to read a Close frame and to close. Data that it sends is discarded."""


class MessageRate(Protocol):
    """Limits the rate of frames and messages."""

    def count_message(self, session: Session) -> float:
        """Count one more and return 0, or return the seconds until one more is allowed."""

    def allow_message(self, session: Session) -> bool:
        """Wait until one more is allowed. Return False if the viewer has left."""


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
    """The WSGI application that Engine.IO calls for a WebSocket. It returns after the handshake.

    Afterwards there is no green thread while no message arrives: most viewers only send pongs, and
    a green thread needs more memory than everything else of a viewer.

    Engine.IO passes a method of its session as `handler`. Only the session is used.
    """

    __slots__ = ("_connection", "_engineio", "_frames", "_is_attached", "_rate")

    def __init__(self, rate: MessageRate, handler: Callable[..., Any]) -> None:
        self._rate = rate
        self._engineio = session_of(handler)
        self._connection: Any = None
        self._frames = 0
        self._is_attached = False
        """Whether the session uses this WebSocket."""

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """PEP 3333, except that the response goes to the bare socket."""
        try:
            key = _key(environ)
            self._connection = environ["eventlet.input"].take_connection()
        except Exception:
            if not self._engineio.connected:
                tasks.end_session(self._engineio)  # else it would count until its ping timeout
            raise
        self._run(partial(self._open, key))
        return []

    # Green threads: one for the handshake, and one whenever messages arrive

    def _run(self, serve: Callable[[], None]) -> None:
        """Serve until no message has begun to arrive. End the connection if it cannot continue."""
        last = b""
        try:
            serve()
        except ProtocolViolation as violation:
            last = violation.last
            if self._is_attached:
                self._set_ending(violation)
        except ViewerClosed as closed:
            last = closed.last
        except OSError:
            pass  # the viewer has closed, or exceeded the deadline of its phase
        except Exception:
            self._engineio.server.logger.exception("A viewer could not be served.")
        else:
            self._socket.call_when_readable(self._on_readable)
            return
        self._end(last)

    def _open(self, key: bytes) -> None:
        self._socket.sendall(_accepted(key))
        if self._engineio.upgrading or self._engineio.upgraded:
            raise ViewerClosed  # another WebSocket is attached or being attached
        server = self._engineio.server
        limited = Limited(self._socket, server.ping_interval + server.ping_timeout)
        messages = self._messages(limited.recv, limited.sendall)
        if self._engineio.connected:
            self._upgrade(limited, messages)
        self._engineio.connected = self._engineio.upgraded = self._is_attached = True
        self._socket.settimeout(None)  # from now on, Engine.IO's pings detect a lost viewer
        self._outbox.attach(self._socket)
        # The same messages, because they may contain bytes that arrived after the upgrade.
        messages.recv, messages.respond = self._socket.recv, self._outbox.write
        messages.recv_now = self._socket.recv_now
        self._receive_all(messages)

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

    def _serve(self, data: bytes) -> None:
        """Handle the messages that begin with these bytes, until no other one has begun."""
        messages = self._messages(self._socket.recv, self._outbox.write)
        messages.recv_now = self._socket.recv_now
        messages.feed(data)
        self._receive_all(messages)

    def _receive_all(self, messages: ViewerMessages) -> None:
        while (message := messages.next()) is not None:
            self._receive(message)

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
            self._engineio.server.logger.exception("A message could not be handled.")
            raise ProtocolViolation(CloseReason.POLICY_VIOLATION) from None

    def _admit(self) -> None:
        """Yield between frames, and check the viewer's rate. Raises `ViewerClosed`."""
        self._frames += 1
        if self._frames % FRAMES_PER_TURN == 0:
            time.sleep(0)
        # Discard frames that arrived before the session ended.
        if self._engineio.closed or not self._rate.allow_message(self._engineio):
            raise ViewerClosed

    # The hub, which must not wait

    def _on_readable(self) -> None:
        try:
            data = self._socket.recv_now(READ_BYTES)
        except OSError:
            data = b""
        if data == b"":
            self._outbox.close()
            tasks.end_session_soon(self._engineio, self._connection.close)
        elif data and not self._is_expected_pong(data):
            start_new_thread(self._run, (partial(self._serve, data),))
        else:
            if data:
                tasks.pong(self._engineio)
            self._socket.call_when_readable(self._on_readable)

    def _is_expected_pong(self, data: bytes) -> bool:
        """Return whether the bytes are a pong that can be handled now."""
        session = self._engineio
        return bool(
            is_pong(data)
            and session.last_ping
            and not session.closed
            and not self._rate.count_message(session)
        )

    @property
    def _outbox(self) -> Outbox:
        return self._engineio.queue

    @property
    def _socket(self) -> Any:
        return self._connection.socket

    def _messages(
        self, recv: Callable[[int], bytes], respond: Callable[[bytes], None]
    ) -> ViewerMessages:
        max_bytes = self._engineio.server.max_http_buffer_size
        return ViewerMessages(recv, respond, self._admit, max_bytes)

    def _set_ending(self, violation: ProtocolViolation) -> None:
        is_large = isinstance(violation, MessageTooLarge)
        self._outbox.ending = Ending.LIMIT if is_large else Ending.PROTOCOL_ERROR
        if is_large:
            self._outbox.put(bye("limit"))

    def _end(self, last: bytes) -> None:
        """End the connection so that the viewer can read the last frame, if there is one.

        Closing a socket with unread bytes resets the connection, and the viewer loses the data that
        it has not read yet.
        """
        if self._is_attached or not self._engineio.connected:
            self._outbox.finish(last)
            tasks.end_session(self._engineio)
        elif last:
            with suppress(OSError):
                self._socket.sendall(last)
                self._socket.shutdown(socket.SHUT_WR)
        if last:
            self._drain()
        if self._is_attached:
            self._outbox.close()
        self._connection.close()  # ends a thread that is blocked in a write, too

    def _drain(self) -> None:
        limited = Limited(self._socket, CLOSE_SECONDS)
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
