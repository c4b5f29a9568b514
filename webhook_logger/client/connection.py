"""One Socket.IO connection, used once: python-socketio's client, its events in their order."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import engineio
import socketio
import websocket

from webhook_logger.client.address import Address
from webhook_logger.client.errors import Unreachable

STEP_SECONDS = 5
"""For each step of connecting, at most."""

# What goes wrong shows in `Link`; python-socketio complains of every connection that ends.
log = logging.getLogger("webhook_logger.client.transport")
log.setLevel(logging.CRITICAL)

_DISCONNECT = "1"
"""How that packet of Socket.IO begins."""
_GARBAGE = (AttributeError, LookupError, RecursionError, TypeError, ValueError)


class _InOrder(engineio.Client):  # type: ignore[misc]  # it has no types
    """Engine.IO's client gives each message a thread of its own: they would overtake one another.

    Here the thread that reads handles them.
    """

    connection: Connection

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        if target is self.handlers.get("message"):
            return self.connection.handle(target, *args)
        return super().start_background_task(target, *args, **kwargs)

    def disconnect(self, abort: bool = False, reason: str | None = None) -> None:
        # The library's own waits for the server's good-bye, and for the thread that may call it.
        self.connection.cut()


class Connection(socketio.Client):  # type: ignore[misc]
    """From the handshake to the end, which is final: whoever wants to come back makes another."""

    def __init__(
        self,
        tls: ssl.SSLContext | None,
        on_event: Callable[..., None],
        step_seconds: float = STEP_SECONDS,
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
            },
        )
        self.complaint = ""
        """What was wrong with what came."""
        self.refusal = ""
        """Why the server will not have it, for good."""
        self._websockets: list[websocket.WebSocket] = []
        self.eio.connection = self
        self.on("*", on_event)
        self.on("connect_error", self._on_refusal)

    def _engineio_client_class(self) -> type[engineio.Client]:
        return _InOrder

    def open(self, address: Address, auth: dict[str, Any]) -> None:
        """Connect; what the server says to `auth` comes later. Raises `Unreachable`."""
        try:
            self.connect(
                address.base,
                auth=auth,
                transports=["websocket"],
                socketio_path=address.socketio_path,
                wait=False,
            )
        except (socketio.exceptions.ConnectionError, *_GARBAGE) as error:
            raise Unreachable(_reason(error)) from error

    def ask(self, name: str, payload: dict[str, Any], on_answer: Callable[..., None]) -> bool:
        """Send an event that is answered; False where there is no connection."""
        try:
            self.emit(name, payload, callback=on_answer)
        except socketio.exceptions.BadNamespaceError:
            return False
        return True

    def wait_for_end(self, seconds: float | None = None) -> bool:
        """Wait until it is over; False where that takes longer."""
        self.eio.read_loop_task.join(seconds)
        return not self.eio.read_loop_task.is_alive()

    def cut(self) -> None:
        """End it, from any thread: the one that reads is woken."""
        for each in self._websockets:
            if sock := each.sock:
                with suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """End it, wait for its threads, and give back what it has."""
        self.cut()
        if self.eio.read_loop_task:
            self.eio.read_loop_task.join()
        for each in self._websockets:
            each.shutdown()  # type: ignore[no-untyped-call]

    def handle(self, on_message: Callable[[Any], None], message: Any) -> None:
        """Handle what came; what is no message of the contract ends it, and nothing behind it is
        handled any more.
        """
        if self.complaint:
            return
        if message[:1] == _DISCONNECT:
            self.cut()  # the library passes one over that comes before `connect` has returned
            return
        try:
            on_message(message)
        except _GARBAGE as error:
            self.complaint = f"what came is no message of a webhook logger ({error!r})"
            self.cut()

    def _websocket(self, **options: Any) -> websocket.WebSocket:
        """Engine.IO forgets those that it could not use, and they would stay open."""
        each = websocket.WebSocket(**options)
        self._websockets.append(each)
        return each

    def _on_refusal(self, data: Any = None) -> None:
        text = data.get("message") if isinstance(data, dict) else data
        self.refusal = str(text or "it does not say why").rstrip(".")
        self.cut()


def _reason(error: BaseException) -> str:
    """The first cause, short: websocket-client quotes whole answers."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    if isinstance(error, websocket.WebSocketBadStatusException):
        return f"it answered {error.status_code}, and no WebSocket"
    return str(error) or type(error).__name__
