"""Rooms without a server, so that a test can pause them at any moment."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

from flask import Flask
from flask_socketio import SocketIO

from tests.support.viewers import ASIDES
from tests.wire_fixture import samples
from webhook_logger.access import Access
from webhook_logger.delivery.memory.delivery import MemoryDelivery
from webhook_logger.delivery.recovery import RECOVERY_OFF, RecoveryLimits
from webhook_logger.metrics import Metrics
from webhook_logger.viewers import transport
from webhook_logger.viewers.handlers import Viewers
from webhook_logger.viewers.responders import Responders
from webhook_logger.viewers.rooms import Rooms
from webhook_logger.viewers.transport.outbox import MAX_BYTES


class Stage:
    """Rooms of one callback, with delivery in memory."""

    def __init__(self, recovery: RecoveryLimits = RECOVERY_OFF) -> None:
        self.uuid = str(uuid4())
        self.app = Flask(__name__)
        self.socketio = SocketIO(self.app, async_mode="threading", manage_session=False)
        transport.install(self.socketio.server.eio, MAX_BYTES, lambda _: True)
        self.delivery = MemoryDelivery(recovery=recovery)
        self.metrics = Metrics()
        self.rooms = Rooms(self.socketio, self.delivery, self.metrics)
        responders = Responders(self.socketio, self.delivery)
        membership = self.rooms.membership
        Viewers(
            self.socketio,
            membership,
            responders,
            Metrics(),
            Access(),
            lambda environ: None,
            max_rooms=32,
        )
        self.delivery.start(self.rooms)

    def viewer(self) -> PollingViewer:
        return PollingViewer(self.app, self.uuid)

    def publish(self, count: int = 1) -> None:
        for _ in range(count):
            self.delivery.publish(replace(samples()[0], uuid=self.uuid))


class PollingViewer:
    """Polls with Flask's test client: all of Socket.IO, without a server."""

    def __init__(self, app: Flask, uuid: str) -> None:
        self._client = app.test_client()
        self._path = "/socket.io/?EIO=4&transport=polling"
        [opened] = self._poll()
        self._path += "&sid=" + json.loads(opened[1:])["sid"]
        self._write("40" + json.dumps({"uuid": uuid}))

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Wait for events, and return them."""
        packets = self._poll()
        if "2" in packets:  # a ping
            self._write("3")
        return [tuple(json.loads(packet[2:])) for packet in packets if packet.startswith("42")]

    def emit(self, name: str, payload: dict[str, Any]) -> None:
        """Send an event, without an acknowledgement."""
        self._write("42" + json.dumps([name, payload]))

    def _poll(self) -> list[str]:
        return self._client.get(self._path).text.split("\x1e")

    def _write(self, packet: str) -> None:
        self._client.post(self._path, data=packet)


def seen(viewer: PollingViewer, count: int) -> list[tuple[str, int, int | None]]:
    """Return name, seq and missed of the next events."""
    events: list[tuple[str, int, int | None]] = []
    while len(events) < count:
        received = [event for event in viewer.events() if event[0] not in ASIDES]
        events.extend((name, args["seq"], args.get("missed")) for name, args in received)
    return events
