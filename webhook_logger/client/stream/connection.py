"""One Socket.IO connection, used once: python-socketio's client, its events in their order."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import socketio
import websocket

from webhook_logger.client.address import Address
from webhook_logger.client.errors import Rejected, Unreachable
from webhook_logger.client.stream.socketio import Client
from webhook_logger.client.stream.websocket import bounded
from webhook_logger.client.stream.wire import brief, reason

STEP_SECONDS = 5
"""For a name and an address to be reached, and then for the handshake, at most."""
MAX_MESSAGE_BYTES = 32 * 2**20
"""Of one message of the server: a body of 24 MiB in base64."""
_MAX_PING_SECONDS = 120

# What goes wrong shows in `Link`; python-socketio complains of every connection that ends.
log = logging.getLogger("webhook_logger.client.transport")
log.setLevel(logging.CRITICAL)

_DISCONNECT = "1"
"""How that packet of Socket.IO begins."""
_GARBAGE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class StreamConnection(Client):
    """From the handshake to the end, which is final: whoever wants to come back makes another."""

    def __init__(
        self,
        tls: ssl.SSLContext | None,
        on_event: Callable[..., None],
        step_seconds: float = STEP_SECONDS,
        most_message_bytes: int = MAX_MESSAGE_BYTES,
    ) -> None:
        """`on_event` is called with each event's name and payload, by one thread.

        What is no message of the contract makes it raise one of the usual errors.
        """
        super().__init__(
            reconnection=False,
            handle_sigint=False,
            logger=log,
            engineio_logger=log,
            request_timeout=step_seconds,
            websocket_extra_options={
                "class_": self._websocket,
                "sslopt": {"context": tls},
                # What comes is decoded anyway; to look through a MiB first would take a second.
                "skip_utf8_validation": True,
                # Not a page: what an operator allows pages has nothing to say here.
                "suppress_origin": True,
                # A server sends nobody elsewhere: not into the user's own network.
                "redirect_limit": 0,
            },
        )
        self.complaint = ""
        """What was wrong with what came."""
        self.refusal: Rejected | None = None
        """Why the server will not have it, for good."""
        self._step_seconds = step_seconds
        self._most_message_bytes = most_message_bytes
        self._websockets: list[websocket.WebSocket] = []
        self.on("*", on_event)
        self.on("connect_error", self._on_refusal)

    def open(self, address: Address, auth: dict[str, Any]) -> None:
        """Connect; what the server says to `auth` comes later. Raises `Unreachable`."""
        try:
            with self._in_time():
                self.connect(
                    address.base,
                    auth=auth,
                    transports=["websocket"],
                    socketio_path=address.socketio_path,
                    wait=False,
                )
        except (socketio.exceptions.ConnectionError, *_GARBAGE) as error:
            raise Unreachable(self._redirect() or self.complaint or _reason(error)) from error

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """Cut what takes longer than a step: the library's own time-out is for each byte."""
        done = threading.Event()

        def watch() -> None:
            connected = False
            while not done.wait(self._step_seconds):
                if connected:
                    self.complain("the handshake takes too long")
                connected = any(each.sock for each in self._websockets)

        watching = threading.Thread(target=watch, name="webhook-logger handshake", daemon=True)
        watching.start()
        try:
            yield
        finally:
            done.set()
            watching.join()

    def _redirect(self) -> str:
        """Where the server sent this client, in words; empty where it did not."""
        for each in self._websockets:
            response = each.handshake_response
            if response and 300 <= response.status < 400:
                place = brief(response.headers.get("location", "nowhere"))
                return f"it responded with {response.status} and redirects to {place}"
        return ""

    def ask(self, name: str, payload: dict[str, Any], on_reply: Callable[..., None]) -> bool:
        """Send an event that wants an acknowledgement; False where there is no connection."""
        try:
            self.emit(name, payload, callback=on_reply)
        except socketio.exceptions.BadNamespaceError:
            return False
        return True

    def cut(self) -> None:
        """End it, from any thread: the one that reads is woken."""
        for each in self._websockets:
            if sock := each.sock:
                with suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """End it, wait for its threads, and give back what it has."""
        self.cut()
        self.wait_for_end()
        for each in self._websockets:
            each.shutdown()  # type: ignore[no-untyped-call]

    def handle(self, on_message: Callable[[Any], None], message: Any) -> None:
        """Handle what came; what is no message of the contract ends it, and nothing behind it is
        handled any more.
        """
        if self.complaint:
            return
        if not isinstance(message, str) or message[1:2] == "/" or not message[:1].isdigit():
            self._complain_of("no packet, binary data, or another namespace")
            return
        if message[:1] == _DISCONNECT:
            self.cut()  # the library passes one over that comes before `connect` has returned
            return
        try:
            on_message(message)
        except _GARBAGE as error:
            self._complain_of(_what_is_wrong(error))

    def _complain_of(self, what: str) -> None:
        self.complain(f"what came is no message of a webhook logger ({what})")

    def complain(self, what: str) -> None:
        """End it, and say why: nothing that comes is handled any more."""
        self.complaint = self.complaint or what
        self.cut()

    def check_handshake(self, ping_interval: float, ping_timeout: float) -> None:
        """Refuse pings that never come, or come too rarely. Raises `ValueError`."""
        if not all(0 < each <= _MAX_PING_SECONDS for each in (ping_interval, ping_timeout)):
            times = f"{ping_interval:g} and {ping_timeout:g} seconds"
            self.complain(f"the handshake has impossible times for pings: {times}")
            raise ValueError

    def _websocket(self, **options: Any) -> websocket.WebSocket:
        """Engine.IO forgets those that it could not use, and they would stay open."""
        each = bounded(self._most_message_bytes, self.complain, **options)
        self._websockets.append(each)
        return each

    def _on_refusal(self, data: Any = None) -> None:
        error = data if isinstance(data, dict) else {"message": data}
        text = brief(error.get("message") or "it does not say why").rstrip(".")
        self.refusal = Rejected(f"The server refuses this: {text}.", reason(error.get("data")))
        self.cut()


def _what_is_wrong(error: Exception) -> str:
    """With a message, in words: other errors than these are about the library's own code."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return brief(error) if isinstance(error, ValueError) else "it has another shape"


def _reason(error: BaseException) -> str:
    """The first cause, short: websocket-client quotes whole responses."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    if isinstance(error, websocket.WebSocketBadStatusException):
        return f"it responded with {error.status_code}, and no WebSocket"
    if isinstance(error, OSError) and error.strerror:
        return brief(error.strerror)
    if isinstance(error, _GARBAGE):  # often of the library's own code, about no field by name
        return "its response is no handshake of a webhook logger"
    return brief(error) or type(error).__name__
