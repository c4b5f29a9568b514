"""One Socket.IO connection, used once: python-socketio's client, its events in their order."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import engineio
import socketio
import websocket

from webhook_logger.client.address import Address
from webhook_logger.client.errors import Rejected, Unreachable

STEP_SECONDS = 5
"""For each step of connecting."""

# What goes wrong shows in `Link`; python-socketio complains of every connection that ends.
log = logging.getLogger("webhook_logger.client.transport")
log.setLevel(logging.CRITICAL)

_GARBAGE = (AttributeError, LookupError, TypeError, ValueError)


class _InOrder(engineio.Client):  # type: ignore[misc]  # it has no types
    """Engine.IO's client gives each message a thread of its own: they would overtake one another.

    Here the thread that reads handles them, and so it is never waited for by itself.
    """

    connection: Connection

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        if target is not self.handlers.get("message"):
            return super().start_background_task(target, *args, **kwargs)
        try:
            return target(*args)
        except _GARBAGE as error:
            return self.connection.refuse(error)

    def disconnect(self, abort: bool = False, reason: str | None = None) -> None:
        if threading.current_thread() is self.read_loop_task:
            self.connection.cut()
        else:
            super().disconnect(abort, reason)


class Connection(socketio.Client):  # type: ignore[misc]
    """From the handshake to the end, which is final: whoever wants to come back makes another."""

    def __init__(self, tls: ssl.SSLContext | None, on_event: Callable[..., None]) -> None:
        """`on_event` is called with each event's name and payload, by one thread.

        What is no message of the contract makes it raise one of the usual errors.
        """
        super().__init__(
            reconnection=False,
            handle_sigint=False,
            logger=log,
            engineio_logger=log,
            request_timeout=STEP_SECONDS,
            websocket_extra_options={
                "class_": self._websocket,
                "sslopt": {"context": tls},
                # Not a page: what an operator allows pages has nothing to say here.
                "suppress_origin": True,
            },
        )
        self.complaint = ""
        """What was wrong with what came."""
        self._refusal = ""
        self._websockets: list[websocket.WebSocket] = []
        self.eio.connection = self
        self.on("*", on_event)
        self.on("connect_error", self._on_refusal)

    def _engineio_client_class(self) -> type[engineio.Client]:
        return _InOrder

    def open(self, address: Address, auth: dict[str, Any]) -> None:
        """Connect; raises `Unreachable` or `Rejected`."""
        try:
            self.connect(
                address.base,
                auth=auth,
                transports=["websocket"],
                socketio_path=address.socketio_path,
                wait_timeout=STEP_SECONDS,
            )
        except (socketio.exceptions.ConnectionError, *_GARBAGE) as error:
            if self.failed_namespaces:
                raise Rejected(f"The server refuses this: {self._refusal}.") from error
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

    def refuse(self, error: Exception) -> None:
        """What came is no message of the contract: what follows could not be trusted."""
        self.complaint = f"what came is no message of a webhook logger ({error!r})"
        self.cut()

    def _websocket(self, **options: Any) -> websocket.WebSocket:
        """Engine.IO forgets those that it could not use, and they would stay open."""
        each = websocket.WebSocket(**options)
        self._websockets.append(each)
        return each

    def _on_refusal(self, data: Any = None) -> None:
        text = data.get("message") if isinstance(data, dict) else data
        self._refusal = str(text or "it does not say why").rstrip(".")


def _reason(error: BaseException) -> str:
    """The first cause, short: websocket-client quotes whole answers."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    if isinstance(error, websocket.WebSocketBadStatusException):
        return f"it answered {error.status_code}, and no WebSocket"
    return str(error) or type(error).__name__
