"""The client manager: events that Flask-SocketIO emits reach viewers on every worker."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import socketio

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Redis, Server
from tests.support.sender import post
from tests.support.viewers import PacketViewer
from webhook_logger.delivery import QueueUnavailable, RoomManager
from webhook_logger.delivery.redis.envelope import unseal

IDIOMS = (sys.executable, "-m", "tests.support.idioms")
NOTE = ("note", {"n": 1})


@pytest.fixture(scope="module")
def idioms(redis: Redis) -> Iterator[Server]:
    with Server(IDIOMS, REDIS_URL=redis.url) as server:
        yield server.until_ready()


@pytest.fixture
def on_both(
    two_workers: tuple[Server, Server], idioms: Server, uuid: str
) -> Iterator[tuple[PacketViewer, PacketViewer]]:
    """A viewer on the worker that emits, and one on another worker."""
    auth = {"uuid": uuid}
    with PacketViewer(idioms.url, auth) as here, PacketViewer(two_workers[0].url, auth) as there:
        here.event("joined")
        there.event("joined")
        yield here, there


def ask(server: Server, path: str, **arguments: Any) -> Any:
    response = requests.post(
        f"{server.url}/idioms/{path}", json=arguments, timeout=PATIENCE_SECONDS
    )
    response.raise_for_status()
    return response.json()


def test_another_process_emits_to_a_room(
    redis: Redis, on_both: tuple[PacketViewer, PacketViewer], uuid: str
) -> None:
    manager = RoomManager(redis.url, write_only=True)
    manager.emit("deployed", {"version": "1.2"}, room=uuid)
    manager.emit("picture", {"bytes": "é"}, to=uuid)
    for viewer in on_both:
        assert viewer.events(2) == [
            ("deployed", {"version": "1.2"}),
            ("picture", {"bytes": "é"}),
        ]


def test_rooms_may_be_a_list_and_in_upper_case(
    redis: Redis, idioms: Server, on_both: tuple[PacketViewer, PacketViewer], uuid: str
) -> None:
    RoomManager(redis.url, write_only=True).emit("note", {"n": 1}, to=uuid.upper())
    ask(idioms, "emit", to=[uuid, "00000000-0000-4000-8000-000000000000"])
    for viewer in on_both:
        assert viewer.events(2) == [NOTE, NOTE]


def test_an_event_for_a_room_keeps_its_order_among_the_requests(
    redis: Redis, idioms: Server, on_both: tuple[PacketViewer, PacketViewer], uuid: str
) -> None:
    manager = RoomManager(redis.url, write_only=True)
    for n in range(20):
        post(idioms.address, f"/{uuid}/{n}")
        manager.emit("note", {"seq": n + 1}, room=uuid)
    for viewer in on_both:
        events = viewer.events(40)
        assert [name for name, _ in events] == ["request", "note"] * 20
        assert [payload["seq"] for _, payload in events[::2]] == list(range(1, 21))


def test_a_worker_emits_to_a_room_once_to_each_viewer(
    idioms: Server, on_both: tuple[PacketViewer, PacketViewer], uuid: str
) -> None:
    ask(idioms, "emit", to=uuid)
    ask(idioms, "emit", room=uuid)
    post(idioms.address, f"/{uuid}")
    for viewer in on_both:
        events = viewer.events(3)
        assert events[:2] == [NOTE, NOTE]
        assert events[2][0] == "request"


def test_a_worker_emits_to_all_viewers_and_to_one(
    idioms: Server, on_both: tuple[PacketViewer, PacketViewer]
) -> None:
    here, there = on_both
    ask(idioms, "emit")
    assert here.events(1) == there.events(1) == [NOTE]
    ask(idioms, "emit", to=there.sid)
    assert there.events(1) == [NOTE]


# python-socketio receives acknowledgements only after the first viewer has connected.
@pytest.mark.usefixtures("on_both")
def test_a_viewer_on_another_worker_responds_to_an_event(
    idioms: Server, two_workers: tuple[Server, Server]
) -> None:
    client = socketio.Client()
    client.on("question", lambda _: ("yes", 1))
    client.connect(two_workers[0].url, transports=["websocket"], wait_timeout=PATIENCE_SECONDS)
    try:
        assert ask(idioms, f"ask/{client.get_sid()}") == {"responses": ["yes", 1]}
    finally:
        client.disconnect()


def test_a_viewer_on_another_worker_is_disconnected(
    idioms: Server, on_both: tuple[PacketViewer, PacketViewer]
) -> None:
    _, there = on_both
    ask(idioms, f"disconnect/{there.sid}")
    while there.packet()[0] != "41":
        pass


def test_the_common_channel_carries_no_event_of_a_room(
    redis: Redis, idioms: Server, on_both: tuple[PacketViewer, PacketViewer], uuid: str
) -> None:
    with redis.client.pubsub() as common:
        common.subscribe("webhook-logger:control")
        assert common.get_message(timeout=PATIENCE_SECONDS)["type"] == "subscribe"
        post(idioms.address, f"/{uuid}")
        ask(idioms, "emit", to=uuid)
        RoomManager(redis.url, write_only=True).emit("note", {"n": 1}, room=uuid)
        for viewer in on_both:
            viewer.events(3)
        ask(idioms, f"disconnect/{on_both[1].sid}")
        kind, [message] = unseal(common.get_message(timeout=PATIENCE_SECONDS)["data"].encode())
        assert kind == b"control"
        first = json.loads(message)
        assert (first["method"], first["sid"]) == ("disconnect", on_both[1].sid)


def test_workers_unsubscribe_from_a_room_without_viewers(
    redis: Redis, on_both: tuple[PacketViewer, PacketViewer], uuid: str
) -> None:
    for viewer in on_both:
        viewer.cut_off()
    manager = RoomManager(redis.url, write_only=True)
    manager.emit("note", {"n": 1}, room=uuid)
    eventually(lambda: redis.client.pubsub_numsub(f"webhook-logger:{{{uuid}}}:requests")[0][1] == 0)


def test_emit_raises_an_error_when_the_queue_is_unavailable(uuid: str) -> None:
    with Redis() as redis:
        url = redis.url
    with pytest.raises(QueueUnavailable, match="not emitted"):
        RoomManager(url, write_only=True, seconds=0.5).emit("note", {"n": 1}, room=uuid)
