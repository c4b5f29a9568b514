"""One Socket.IO connection, used once: python-socketio's client, its events in their order."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import engineio
import socketio
import websocket

from webhook_logger.client.address import Address
from webhook_logger.client.errors import Unreachable
from webhook_logger.client.stream.wire import brief

STEP_SECONDS = 5
"""For a name and an address to be reached, and then for the handshake, at most."""
MOST_MESSAGE_BYTES = 32 * 2**20
"""Of one message of the server: a body of 24 MiB in base64."""
_MOST_FRAGMENTS = 10_000
"""Of one message."""
_MOST_PING_SECONDS = 120
_MOST_WAITING = 100
"""Packets that the server does not take from us."""

# What goes wrong shows in `Link`; python-socketio complains of every connection that ends.
log = logging.getLogger("webhook_logger.client.transport")
log.setLevel(logging.CRITICAL)

_DISCONNECT = "1"
"""How that packet of Socket.IO begins."""
_GARBAGE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class _InOrder(engineio.Client):  # type: ignore[misc]  # it has no types
    """Engine.IO's client gives each message a thread of its own: they would overtake one another.

    Here the thread that reads handles them.
    """

    connection: Connection

    def start_background_task(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        if target is self.handlers.get("message"):
            return self.connection.handle(target, *args)
        return super().start_background_task(target, *args, **kwargs)

    def _receive_packet(self, pkt: engineio.packet.Packet) -> None:
        if self.queue.qsize() > _MOST_WAITING:
            self.connection.complain("the server does not read what it is sent")
        elif pkt.packet_type == engineio.packet.PING and pkt.data:
            self.connection.complain("a ping of the server has content")
        else:
            super()._receive_packet(pkt)

    def disconnect(self, abort: bool = False, reason: str | None = None) -> None:
        # The library's own waits for the server's good-bye, and for the thread that may call it.
        self.connection.cut()


class _Frames(websocket.frame_buffer):
    """The library's own reads messages of any size."""

    def __init__(
        self, receive: Callable[[int], bytes], most: int, complain: Callable[[str], None]
    ) -> None:
        super().__init__(receive, skip_utf8_validation=True)
        self._most = most
        self._complain = complain
        self._bytes = self._count = 0

    def recv_length(self) -> None:
        super().recv_length()
        opcode, length = (self.header or (0,) * 7)[4], self.length or 0
        if opcode in (websocket.ABNF.OPCODE_TEXT, websocket.ABNF.OPCODE_BINARY):
            self._bytes = self._count = 0
        self._bytes += length
        self._count += 1
        if self._bytes > self._most or self._count > _MOST_FRAGMENTS:
            self._complain(f"a message of the server has more than {self._most} bytes")
            raise websocket.WebSocketProtocolException("too large")


class _Fragments(websocket.continuous_frame):
    """The library's own copies the whole message with each fragment of it."""

    def add(self, frame: websocket.ABNF) -> None:
        if not self.cont_data:
            self._parts: list[bytes] = []
            super().add(frame)
        elif frame.fin:
            self.recving_frames = None
        self._parts.append(frame.data)  # type: ignore[arg-type]  # what came is bytes

    def extract(self, frame: websocket.ABNF) -> tuple[int, websocket.ABNF]:
        if self.cont_data:
            self.cont_data[1] = b"".join(self._parts)
        return super().extract(frame)


class Connection(socketio.Client):  # type: ignore[misc]
    """From the handshake to the end, which is final: whoever wants to come back makes another."""

    def __init__(
        self,
        tls: ssl.SSLContext | None,
        on_event: Callable[..., None],
        step_seconds: float = STEP_SECONDS,
        most_message_bytes: int = MOST_MESSAGE_BYTES,
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
        self.refusal = ""
        """Why the server will not have it, for good."""
        self._step_seconds = step_seconds
        self._most_message_bytes = most_message_bytes
        self._websockets: list[websocket.WebSocket] = []
        self.eio.connection = self
        self.on("*", on_event)
        self.on("connect_error", self._on_refusal)

    def _engineio_client_class(self) -> type[engineio.Client]:
        return _InOrder

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
                return f"it answered {response.status} and redirects to {place}"
        return ""

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
        if not isinstance(message, str) or message[1:2] == "/":
            self._complain_of("binary data, or another namespace")
            return
        if message[:1] == _DISCONNECT:
            self.cut()  # the library passes one over that comes before `connect` has returned
            return
        try:
            on_message(message)
        except _GARBAGE as error:
            self._complain_of(brief(repr(error)))

    def _complain_of(self, what: str) -> None:
        self.complain(f"what came is no message of a webhook logger ({what})")

    def complain(self, what: str) -> None:
        """End it, and say why: nothing that comes is handled any more."""
        self.complaint = self.complaint or what
        self.cut()

    def _handle_eio_connect(self) -> None:
        if not all(0 < each <= _MOST_PING_SECONDS for each in self._ping_seconds):
            raise ValueError(f"its pings cannot come every {self._ping_seconds} seconds")
        super()._handle_eio_connect()

    @property
    def _ping_seconds(self) -> tuple[float, float]:
        return self.eio.ping_interval, self.eio.ping_timeout

    def _websocket(self, **options: Any) -> websocket.WebSocket:
        """Engine.IO forgets those that it could not use, and they would stay open."""
        each = websocket.WebSocket(**options)
        each.frame_buffer = _Frames(each._recv, self._most_message_bytes, self.complain)
        each.cont_frame = _Fragments(fire_cont_frame=False, skip_utf8_validation=True)
        self._websockets.append(each)
        return each

    def _on_refusal(self, data: Any = None) -> None:
        text = data.get("message") if isinstance(data, dict) else data
        self.refusal = brief(text or "it does not say why").rstrip(".")
        self.cut()


def _reason(error: BaseException) -> str:
    """The first cause, short: websocket-client quotes whole answers."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    if isinstance(error, websocket.WebSocketBadStatusException):
        return f"it answered {error.status_code}, and no WebSocket"
    return brief(error) or type(error).__name__
