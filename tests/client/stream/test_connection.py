"""A connection to a scripted server."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.support.patience import PATIENCE_SECONDS
from tests.support.websockets import CONNECTED, OPEN, PacketServer, joined
from webhook_logger.client.address import Address
from webhook_logger.client.stream.connection import StreamConnection
from webhook_logger.client.stream.socketio import InOrderClient


def test_a_connection_whose_events_arrive_while_it_opens_has_not_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second connection can take over before the method that opens it returns."""
    arrived = threading.Event()
    ended: list[bool] = []
    start = InOrderClient.start_background_task

    def start_and_wait(self: InOrderClient, target: Any, *args: Any, **kwargs: Any) -> Any:
        task = start(self, target, *args, **kwargs)
        if target == self._read_loop_websocket:
            assert arrived.wait(PATIENCE_SECONDS)
        return task

    def on_event(connection: StreamConnection, *_: object) -> None:
        ended.append(connection.wait_for_end(0))
        arrived.set()

    monkeypatch.setattr(InOrderClient, "start_background_task", start_and_wait)
    with PacketServer([OPEN, CONNECTED, joined(4)]) as server:
        connection = StreamConnection(None, on_event, PATIENCE_SECONDS, 2**20)
        connection.open(Address.of(server.url), {})
        assert ended == [False]
        connection.close()
        assert connection.wait_for_end(0)
