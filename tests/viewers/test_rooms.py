"""Rooms without a server, so that a test can pause them at any moment."""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask_socketio import SocketIO

from tests.support.patience import PATIENCE_SECONDS
from tests.support.viewers import ASIDES
from tests.wire_fixture import samples
from webhook_logger.delivery.memory.delivery import MemoryDelivery
from webhook_logger.metrics import Metrics
from webhook_logger.viewers import transport
from webhook_logger.viewers.handlers import Viewers
from webhook_logger.viewers.responders import Responders
from webhook_logger.viewers.rooms import Rooms
from webhook_logger.viewers.transport.outbox import MAX_BYTES


class Stage:
    def __init__(self) -> None:
        self.uuid = str(uuid4())
        self.app = Flask(__name__)
        self.socketio = SocketIO(self.app, async_mode="threading", manage_session=False)
        transport.install(self.socketio.server.eio, MAX_BYTES, lambda _: True)
        self.delivery = MemoryDelivery()
        self.rooms = Rooms(self.socketio, self.delivery, Metrics())
        responders = Responders(self.socketio, self.delivery)
        membership = self.rooms.membership
        Viewers(
            self.socketio, membership, responders, Metrics(), lambda environ: None, max_rooms=32
        )
        self.delivery.start(self.rooms)

    def viewer(self) -> Viewer:
        return Viewer(self.app, self.uuid)

    def publish(self) -> None:
        self.delivery.publish(replace(samples()[0], uuid=self.uuid))


class Viewer:
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

    def _poll(self) -> list[str]:
        return self._client.get(self._path).text.split("\x1e")

    def _write(self, packet: str) -> None:
        self._client.post(self._path, data=packet)


def seen(viewer: Viewer, count: int) -> list[tuple[str, int, int | None]]:
    """Return name, seq and missed of the next events."""
    events: list[tuple[str, int, int | None]] = []
    while len(events) < count:
        received = [event for event in viewer.events() if event[0] not in ASIDES]
        events.extend((name, args["seq"], args.get("missed")) for name, args in received)
    return events


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_pause_holds_requests_back_and_the_new_barrier_counts_them(stage: Stage) -> None:
    viewer = stage.viewer()
    assert seen(viewer, 1) == [("joined", 0, 0)]
    stage.publish()
    assert seen(viewer, 1) == [("request", 1, None)]
    stage.rooms.pause()
    stage.publish()
    stage.publish()
    stage.rooms.resume()
    stage.publish()
    assert seen(viewer, 2) == [("joined", 3, 2), ("request", 4, None)]


def test_a_join_during_a_pause_gives_the_others_their_barrier_first(stage: Stage) -> None:
    viewer = stage.viewer()
    seen(viewer, 1)
    stage.rooms.pause()
    stage.publish()
    newcomer = stage.viewer()
    assert seen(newcomer, 1) == [("joined", 1, 0)]
    assert seen(viewer, 1) == [("joined", 1, 1)]
    stage.rooms.resume()
    stage.publish()
    assert seen(viewer, 1) == [("request", 2, None)], "no second barrier"
    assert seen(newcomer, 1) == [("request", 2, None)]


def test_viewer_counts_are_sent_at_most_once_per_second(stage: Stage) -> None:
    pauses: queue.Queue[float] = queue.Queue()
    resume = threading.Semaphore(0)

    def pause(seconds: float) -> None:
        pauses.put(seconds)
        resume.acquire(timeout=PATIENCE_SECONDS)

    def received() -> list[dict[str, object]]:
        """Return the counts that the viewer received before the next pause."""
        assert pauses.get(timeout=PATIENCE_SECONDS) == 1
        return [args for name, args in viewer.events() if name == "viewers"]

    viewer = stage.viewer()
    seen(viewer, 1)
    stage.socketio.sleep = pause
    stage.rooms.count(stage.uuid, 2)
    assert [each["viewers"] for each in received()] == [2]
    for viewers in range(3, 10):
        stage.rooms.count(stage.uuid, viewers)
    resume.release()
    assert [each["viewers"] for each in received()] == [9]
    resume.release()
