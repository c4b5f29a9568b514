"""The WebSocket of one Engine.IO connection: handshake, upgrade, and what the viewer sends."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from engineio import packet
from engineio.exceptions import EngineIOError
from engineio.packet import Packet
from wsproto.utilities import generate_accept_token

from webhook_logger.errors import Refusal
from webhook_logger.reasons import Reason
from webhook_logger.transport import chores
from webhook_logger.transport.frames import Closed, Messages, TooLarge, frame

Environ = dict[str, Any]

MESSAGES_A_TURN = 8

_KEY = re.compile("[A-Za-z0-9+/]{22}==")
"""16 bytes in base64."""


class UpgradeRequired(Refusal):
    """A WebSocket was wanted, and its handshake not made (RFC 9110, section 15.5.22)."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(Reason.UPGRADE_REQUIRED, message)

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """Also the protocol that is spoken here, and its version (RFC 6455, section 4.4)."""
        ours = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
        return [*super().get_headers(*args, **kwargs), *ours]


class WebSocket:
    """What Engine.IO calls to run a WebSocket: a WSGI application that ends when the viewer goes.

    Of the `handler` that it is given only the Engine.IO socket is used, whose method that is.
    """

    def __init__(self, handler: Callable[..., Any], server: Any) -> None:
        self._engineio = handler.__self__  # type: ignore[attr-defined]
        self._server = server

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """PEP 3333, but for the answer, which goes to the bare socket."""
        try:
            key = _key(environ)
            sock = environ["eventlet.input"].get_socket()
        except Exception:
            if not self._engineio.connected:
                chores.leave(self._engineio)  # it would else count until its ping is overdue
            raise
        lines = (
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {generate_accept_token(key).decode()}",
        )
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        self._run(sock)
        return []

    def _run(self, sock: Any) -> None:
        if self._engineio.upgrading:
            return  # another one is about to take this place
        outbox = self._engineio.queue
        messages = Messages(sock.recv, sock.sendall, self._server.max_http_buffer_size)
        with suppress(OSError, Closed):
            sock.settimeout(self._server.ping_interval + self._server.ping_timeout)
            self._enter(sock, messages)
            sock.settimeout(None)  # from here on Engine.IO's pings find who is gone
            messages.answer = outbox.write
            outbox.attach(sock)
            self._read(messages)
        self._end()

    def _read(self, messages: Messages) -> None:
        try:
            for number in itertools.count(1):
                if self._engineio.closed:
                    raise Closed  # what it has sent before is nobody's any more
                self._receive(messages.next())
                if number % MESSAGES_A_TURN == 0:
                    time.sleep(0)  # one that floods must not keep the worker to itself
        except TooLarge:
            chores.send_away(self._engineio)
            raise

    def _enter(self, sock: Any, messages: Messages) -> None:
        """A new connection, or one that was on long-polling before."""
        engineio = self._engineio
        if engineio.connected:
            engineio.upgrading = True
            try:
                self._upgrade(sock, messages)
            finally:
                engineio.upgrading = False
        engineio.connected = engineio.upgraded = True

    def _upgrade(self, sock: Any, messages: Messages) -> None:
        if messages.next() != "2probe":
            raise Closed
        sock.sendall(frame("3probe"))
        self._engineio.queue.put(Packet(packet.NOOP))  # ends the poll that is going on
        if messages.next() != "5":
            raise Closed

    def _receive(self, message: str | bytes) -> None:
        try:
            received = Packet(encoded_packet=message)
            if received.packet_type == packet.PONG:
                chores.pong(self._engineio)
            else:
                chores.wait_for_turn()
                self._engineio.receive(received)
        except EngineIOError as error:
            raise Closed from error
        except Exception:
            # A message that Socket.IO cannot read: the connection cannot be trusted any more.
            self._server.logger.exception("Unknown receive error")
            raise Closed from None

    def _end(self) -> None:
        if self._engineio.upgraded:
            self._engineio.queue.close()
            chores.leave(self._engineio)


def _key(environ: Environ) -> bytes:
    """The key of the handshake (RFC 6455, section 4.2.1). Raises `HTTPException`."""
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        raise UpgradeRequired
    if not _KEY.fullmatch(key):  # several lines are one list by now
        malformed = "Sec-WebSocket-Key must be one line of 16 bytes in base64."
        raise Refusal(Reason.WEBSOCKET_HANDSHAKE_MALFORMED, malformed)
    return bytes(key, "ascii")
