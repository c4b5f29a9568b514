"""The moments before a WebSocket has taken over, beside a socket that says nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from webhook_logger.transport.outbox import Outbox
from webhook_logger.transport.websocket import WebSocket

PING_INTERVAL, PING_TIMEOUT = 10, 5
HEADERS = {"HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==", "HTTP_SEC_WEBSOCKET_VERSION": "13"}


class Silent:
    """A socket on which nothing comes: it says how long it was waited for, and gives up."""

    waited: float | None = None

    def settimeout(self, seconds: float | None) -> None:
        self._seconds = seconds

    def recv(self, _: int) -> bytes:
        self.waited = self._seconds
        raise TimeoutError

    def sendall(self, _: bytes) -> None:
        pass


class EngineSocket:
    """An Engine.IO socket on long-polling."""

    connected, upgraded = True, False

    def __init__(self, upgrading: bool = False) -> None:
        self.upgrading = upgrading
        self.queue = Outbox()

    def handle(self) -> None:
        """What Engine.IO passes on; nothing but its `self` is used."""


def upgrade(socket: EngineSocket, silent: Silent) -> Any:
    server = SimpleNamespace(
        ping_interval=PING_INTERVAL, ping_timeout=PING_TIMEOUT, max_http_buffer_size=1000
    )
    environ = {**HEADERS, "eventlet.input": SimpleNamespace(get_socket=lambda: silent)}
    return WebSocket(socket.handle, server)(environ, lambda *_: None)


def test_an_upgrade_that_says_nothing_is_given_up_and_the_polling_goes_on() -> None:
    socket, silent = EngineSocket(), Silent()
    upgrade(socket, silent)
    assert silent.waited == PING_INTERVAL + PING_TIMEOUT
    assert not socket.upgrading
    assert not socket.upgraded


def test_a_second_upgrade_at_the_same_time_is_not_read() -> None:
    socket, silent = EngineSocket(upgrading=True), Silent()
    upgrade(socket, silent)
    assert silent.waited is None
    assert socket.upgrading, "the first one goes on"
