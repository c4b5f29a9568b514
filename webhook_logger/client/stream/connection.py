"""A Socket.IO connection that is used once and delivers events in order."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import socketio
import websocket

from webhook_logger.client.address import Address
from webhook_logger.client.errors import Rejected, Unreachable
from webhook_logger.client.stream.socketio import Client
from webhook_logger.client.stream.websocket import bounded
from webhook_logger.client.stream.wire import brief, reason

_MAX_PING_SECONDS = 120
_MAX_SID_CHARACTERS = 64
"""Maximum length of `replaces`, in the contract."""

# `ConnectionStatus` reports errors; python-socketio would also log every connection that ends.
log = logging.getLogger("webhook_logger.client.transport")
log.setLevel(logging.CRITICAL)

_NO_ACCESS = (401, 403, 407)
_DISCONNECT = "1"
"""The type of a Socket.IO DISCONNECT packet."""
_MESSAGE_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class StreamConnection(Client):
    """A connection that never reconnects: create another one to reconnect."""

    def __init__(
        self,
        tls: ssl.SSLContext | None,
        on_event: Callable[[StreamConnection, str, Any], None],
        step_seconds: float,
        max_message_bytes: int,
    ) -> None:
        """`on_event` is called with this connection, and the name and payload of each event.

        It is always called from one thread, and raises `ValueError` or a similar error for an
        invalid payload. `step_seconds` and `max_message_bytes`: see `stream.py`.
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
                # Messages are decoded anyway, and this validation takes a second for 1 MiB.
                "skip_utf8_validation": True,
                # The server's list of allowed origins is for pages, not for this client.
                "suppress_origin": True,
                # A server must not redirect this client, for example into the user's network.
                "redirect_limit": 0,
            },
        )
        self.failure = ""
        """Why this client closed the connection."""
        self.refusal: Rejected | None = None
        """Why the server permanently refuses this client."""
        self._step_seconds = step_seconds
        self._max_message_bytes = max_message_bytes
        self._websockets: list[websocket.WebSocket] = []
        self.on("*", partial(on_event, self))
        self.on("connect_error", self._on_refused)

    def open(self, address: Address, auth: dict[str, Any]) -> None:
        """Connect. The server's response to `auth` arrives later. Raises `Unreachable`."""
        try:
            with self._handshake_timeout():
                self.connect(
                    address.base,
                    auth=auth,
                    headers=dict(address.headers),
                    transports=["websocket"],
                    socketio_path=address.socketio_path,
                    wait=False,
                )
        except (socketio.exceptions.ConnectionError, *_MESSAGE_ERRORS) as error:
            raise Unreachable(self._redirect() or self.failure or _reason(error)) from error

    @property
    def replaces(self) -> dict[str, str]:
        """The part of `auth` with which another connection replaces this one."""
        sid = self.get_sid()
        is_valid = isinstance(sid, str) and 0 < len(sid) <= _MAX_SID_CHARACTERS
        return {"replaces": sid} if is_valid else {}

    @contextmanager
    def _handshake_timeout(self) -> Iterator[None]:
        """Close connections that take longer than a step: the library's timeout is per byte."""
        done = threading.Event()

        def watch() -> None:
            connected = False
            while not done.wait(self._step_seconds):
                if connected:
                    self.fail("the handshake takes too long")
                connected = any(each.sock for each in self._websockets)

        watcher = threading.Thread(target=watch, name="webhook-logger handshake", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()

    def _redirect(self) -> str:
        """Return an error message if the server sent a redirect, else an empty text."""
        for each in self._websockets:
            response = each.handshake_response
            if response and 300 <= response.status < 400:
                place = brief(response.headers.get("location", "nowhere"))
                return f"it responded with {response.status} and a redirect to {place}"
        return ""

    def ask(self, name: str, payload: dict[str, Any], on_reply: Callable[..., None]) -> bool:
        """Send an event with an acknowledgement. Return False if the connection is closed."""
        try:
            self.emit(name, payload, callback=on_reply)
        except socketio.exceptions.BadNamespaceError:
            return False
        return True

    def shut_down(self) -> None:
        """Shut down the socket, from any thread. This wakes the thread that reads."""
        for each in self._websockets:
            if sock := each.sock:
                with suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Shut down the socket, wait for the thread that reads, and close the socket."""
        self.shut_down()
        self.wait_for_end()
        for each in self._websockets:
            each.shutdown()  # type: ignore[no-untyped-call]

    def handle(self, on_message: Callable[[Any], None], message: Any) -> None:
        """Handle a message. An invalid one closes the connection; later ones are ignored."""
        if self.failure:
            return
        if not isinstance(message, str) or message[1:2] == "/" or not message[:1].isdigit():
            self._fail_on_message("not a packet, binary data, or another namespace")
            return
        if message[:1] == _DISCONNECT:
            self.shut_down()  # the library ignores a DISCONNECT before `connect` returns
            return
        try:
            on_message(message)
        except _MESSAGE_ERRORS as error:
            self._fail_on_message(_message_error(error))

    def _fail_on_message(self, why: str) -> None:
        self.fail(f"it sent an invalid message ({why})")

    def fail(self, why: str) -> None:
        """Close the connection with a reason, and ignore all later messages."""
        self.failure = self.failure or why
        self.shut_down()

    def check_handshake(self, ping_interval: float, ping_timeout: float) -> None:
        """Reject ping intervals that are invalid or too long. Raises `ValueError`."""
        if not all(0 < each <= _MAX_PING_SECONDS for each in (ping_interval, ping_timeout)):
            times = f"{ping_interval:g} and {ping_timeout:g} seconds"
            self.fail(f"the handshake has invalid ping times: {times}")
            raise ValueError

    def _websocket(self, **options: Any) -> websocket.WebSocket:
        """Create a WebSocket and keep it, because Engine.IO does not close unused ones."""
        each = bounded(self._max_message_bytes, self.fail, **options)
        self._websockets.append(each)
        return each

    def _on_refused(self, data: Any = None) -> None:
        error = data if isinstance(data, dict) else {"message": data}
        text = brief(error.get("message") or "it gives no reason").rstrip(".")
        self.refusal = Rejected(
            f"The server refused this viewer: {text}.", reason(error.get("data"))
        )
        self.shut_down()


def _message_error(error: Exception) -> str:
    """Describe an error in a message. Errors of the library's code have no useful text."""
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return brief(error) if isinstance(error, ValueError) else "unexpected structure"


def _reason(error: BaseException) -> str:
    """Return the first cause, shortened, because websocket-client quotes complete responses."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    if isinstance(error, websocket.WebSocketBadStatusException):
        need = "; it needs other credentials" if error.status_code in _NO_ACCESS else ""
        return f"it responded with {error.status_code} instead of a WebSocket{need}"
    if isinstance(error, OSError) and error.strerror:
        return brief(error.strerror)
    if isinstance(error, _MESSAGE_ERRORS):  # errors of the library's code have no useful text
        return "its response is not the handshake of a webhook logger"
    return brief(error) or type(error).__name__
