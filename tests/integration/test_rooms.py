"""Viewers join and leave rooms, and receive acknowledgements and events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Queue
from typing import Any
from uuid import uuid4

import pytest
import socketio
import websocket

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Redis, Server, status_of
from tests.support.sender import Sender, post
from tests.support.viewers import PacketViewer, Viewer

VALID = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"

INVALID = {
    "a string": "a string",
    "a list": [VALID],
    "no uuid": {"seq": 1},
    "a uuid that is null": {"uuid": None},
    "a uuid that is a number": {"uuid": 5},
    "a uuid in braces": {"uuid": "{" + VALID + "}"},
    "a uuid without dashes": {"uuid": VALID.replace("-", "")},
    "a uuid as a URN": {"uuid": "urn:uuid:" + VALID},
    "a uuid with a line feed": {"uuid": VALID + "\n"},
    "a uuid with other digits": {"uuid": VALID.replace("3", "٣")},
    "an epoch that is a number": {"uuid": VALID, "epoch": 5, "seq": 1},
    "an epoch that is too long": {"uuid": VALID, "epoch": "x" * 65, "seq": 1},
    "an epoch with a lone surrogate": {"uuid": VALID, "epoch": "\udfff", "seq": 1},
    "an epoch with a control character": {"uuid": VALID, "epoch": "e\n", "seq": 1},
    "a replaces with a lone surrogate": {"uuid": VALID, "replaces": "\udfff"},
    "a seq that is a string": {"uuid": VALID, "epoch": "e", "seq": "1"},
    "a seq that is true": {"uuid": VALID, "epoch": "e", "seq": True},
    "a seq that is a fraction": {"uuid": VALID, "epoch": "e", "seq": 1.5},
    "a seq below zero": {"uuid": VALID, "epoch": "e", "seq": -1},
    "a seq that is too large": {"uuid": VALID, "epoch": "e", "seq": 2**53},
}


def reason_of(name: str) -> str:
    return "uuid_malformed" if "uuid" in name else "message_malformed"


@pytest.mark.parametrize("name", [name for name in INVALID if name != "no uuid"])
def test_an_invalid_auth_is_refused_with_a_reason(memory_server: Server, name: str) -> None:
    with PacketViewer(memory_server.url, INVALID[name]) as viewer:
        kind, refusal = viewer.packet()
        assert kind == "44"
        assert refusal["data"]["reason"] == reason_of(name)


def test_respond_in_auth_is_ignored(memory_server: Server, uuid: str) -> None:
    for respond in (True, "yes"):
        with PacketViewer(memory_server.url, {"uuid": uuid, "respond": respond}) as viewer:
            viewer.event("joined")
            assert post(memory_server.address, f"/{uuid}").status == 200
            assert viewer.event("responded")["by"] == "default"


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_join_is_refused_with_a_reason(memory_server: Server, name: str) -> None:
    with Viewer(memory_server.url) as viewer:
        response = viewer.call("join", INVALID[name])
        assert response["ok"] is False
        assert response["reason"] == reason_of(name)
        assert viewer.call("join", {"uuid": VALID})["ok"] is True


def test_a_client_library_receives_the_reason_of_a_refusal(memory_server: Server) -> None:
    client = socketio.Client(reconnection=False)
    refusals: list[Any] = []
    client.on("connect_error", refusals.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(
            memory_server.url,
            auth={"uuid": "nonsense"},
            transports=["websocket"],
            wait_timeout=PATIENCE_SECONDS,
        )
    assert refusals[0]["data"] == {"reason": "uuid_malformed"}


def test_connect_is_acknowledged_before_joined(server: Server, uuid: str) -> None:
    with PacketViewer(server.url, {"uuid": uuid}) as viewer:
        assert viewer.packet()[0] == "40"
        kind, [name, joined] = viewer.packet()
        assert (kind, name) == ("42", "joined")
        assert list(joined) == ["uuid", "epoch", "seq", "missed", "viewers"]
        assert (joined["uuid"], joined["seq"], joined["missed"], joined["viewers"]) == (
            uuid,
            0,
            0,
            1,
        )


def test_a_viewer_connects_without_a_uuid(server: Server) -> None:
    for auth in (None, {}, {"token": "of another program"}):
        with PacketViewer(server.url, auth) as viewer:
            assert viewer.packet()[0] == "40"
            viewer.write('421["join",null]')
            assert viewer.packet()[0] == "431"


def test_the_uuid_is_converted_to_lower_case(server: Server, uuid: str) -> None:
    with Viewer(server.url, uuid=uuid.upper()) as viewer:
        assert viewer.event("joined")["uuid"] == uuid
        post(server.address, f"/{uuid.upper()}")
        assert viewer.event("request")["uuid"] == uuid


def test_the_ping_interval_and_timeout_are_those_documented(memory_server: Server) -> None:
    with PacketViewer(memory_server.url) as viewer:
        assert (viewer.open["pingInterval"], viewer.open["pingTimeout"]) == (10_000, 5_000)


def test_missed_counts_the_requests_since_the_given_position(server: Server, uuid: str) -> None:
    with Viewer(server.url, uuid=uuid) as viewer:
        epoch = viewer.event("joined")["epoch"]
    for _ in range(3):
        post(server.address, f"/{uuid}")

    def missed(**position: Any) -> Any:
        with Viewer(server.url, uuid=uuid, **position) as viewer:
            return viewer.event("joined")["missed"]

    assert missed() == 0
    assert missed(epoch=epoch, seq=0) == 3
    assert missed(epoch=epoch, seq=2) == 1
    assert missed(epoch=epoch, seq=3) == 0
    assert missed(epoch=epoch, seq=4) is None, "a position that the server has not reached"
    assert missed(epoch="another", seq=1) is None
    assert missed(epoch=None, seq=None) == 0


def test_one_viewer_joins_and_leaves_several_callbacks(server: Server) -> None:
    one, other = str(uuid4()), str(uuid4())
    with Viewer(server.url) as viewer:
        for uuid in (one, other):
            response = viewer.call("join", {"uuid": uuid})
            assert list(response) == ["ok", "uuid", "epoch", "seq", "missed", "viewers"]
        for uuid in (one, other):
            post(server.address, f"/{uuid}")
            assert viewer.event("request")["uuid"] == uuid
        assert viewer.call("leave", {"uuid": one})["ok"] is True
        assert viewer.call("leave", {"uuid": one, "seq": "x"})["ok"] is True, (
            "a second leave succeeds"
        )
        assert viewer.call("leave", {"uuid": "nonsense"})["ok"] is False
        post(server.address, f"/{one}")
        post(server.address, f"/{other}")
        assert viewer.event("request")["uuid"] == other


def test_joining_again_is_acknowledged_again(server: Server, uuid: str) -> None:
    with Viewer(server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        again = viewer.call("join", {"uuid": uuid})
        assert (again["ok"], again["viewers"]) == (True, 1)
        post(server.address, f"/{uuid}", b"once")
        assert viewer.event("request")["seq"] == 1
        post(server.address, f"/{uuid}")
        assert viewer.event("request")["seq"] == 2


def test_a_viewer_joins_at_most_32_callbacks(memory_server: Server, uuid: str) -> None:
    with Viewer(memory_server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        others = [str(uuid4()) for _ in range(32)]
        responses = [viewer.call("join", {"uuid": other}) for other in others]
        assert [response["ok"] for response in responses] == [True] * 31 + [False]
        assert viewer.call("join", {"uuid": others[0]})["ok"] is True, "joined before"
        viewer.call("leave", {"uuid": uuid})
        assert viewer.call("join", {"uuid": others[31]})["ok"] is True


def test_messages_are_handled_in_order(server: Server, uuid: str) -> None:
    with PacketViewer(server.url) as viewer:
        viewer.packet()
        for number in range(0, 60, 2):
            viewer.write(f'42{number}["join",{{"uuid":"{uuid}"}}]')
            viewer.write(f'42{number + 1}["leave",{{"uuid":"{uuid}"}}]')
        responses = []
        while len(responses) < 60:  # `viewers` may come in between
            responses += [packet] if (packet := viewer.packet())[0] != "42" else []
        assert [kind for kind, _ in responses] == [f"43{number}" for number in range(60)]
        assert all(response["ok"] for _, [response] in responses)
        assert post(server.address, f"/{uuid}").headers["webhook-viewers"] == "0"


@pytest.mark.parametrize(
    "packet",
    [
        '42["request",{"uuid":"{u}","seq":99}]',
        '42["joined",{"uuid":"{u}"}]',
        '42["connect",{"uuid":"{o}"}]',
        '42["disconnect"]',
        '42["disconnect","a reason"]',
        '42["message","x"]',
        '42["__class__"]',
        '42["join"]',
        '42["leave","x","y"]',
        "42[5]",
        "42[null,{}]",
        "42[{}]",
        '42[["join"]]',
        '42["join",{"uuid":"{o}"},"more"]',
        '43["no such acknowledgement"]',
    ],
)
def test_other_messages_of_a_viewer_are_ignored(
    memory_server: Server, uuid: str, packet: str
) -> None:
    other = str(uuid4())
    with (
        PacketViewer(memory_server.url, {"uuid": uuid}) as viewer,
        Viewer(memory_server.url, uuid=uuid) as watcher,
    ):
        viewer.events(1)
        watcher.event("joined")
        viewer.write(packet.replace("{u}", uuid).replace("{o}", other))
        viewer.write('427["join",{"uuid":"' + uuid + '"}]')
        while viewer.packet()[0] != "437":
            pass
        assert post(memory_server.address, f"/{uuid}").headers["webhook-viewers"] == "2"
        assert viewer.requests(1)[0]["seq"] == 1
        assert watcher.event("request")["seq"] == 1


def test_a_handshake_with_following_bytes_is_refused(memory_server: Server) -> None:
    lines = (
        *("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", "Host: h", "Upgrade: websocket"),
        *("Connection: Upgrade", "Sec-WebSocket-Version: 13"),
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    raw = "\r\n".join(lines).encode() + b"\r\n\r\n"
    good = f"POST /{uuid4()} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode()
    for following in (b"\x81\x00", good):
        with Sender(memory_server.address) as sender:
            sender.send(raw + following)
            response = sender.rest()
        assert response.startswith(b"HTTP/1.1 400 ")
        assert response.count(b"HTTP/1.1 ") == 1


def test_a_disconnected_viewer_is_not_counted(server: Server, uuid: str) -> None:
    with Viewer(server.url, uuid=uuid) as stays:
        stays.event("joined")
        with PacketViewer(server.url, {"uuid": uuid}) as leaves:
            leaves.events(1)
        while post(server.address, f"/{uuid}").headers["webhook-viewers"] != "1":
            pass  # the server notices the disconnect later


def test_a_viewer_on_long_polling_receives_requests(server: Server, uuid: str) -> None:
    client = socketio.SimpleClient()
    client.connect(
        server.url, auth={"uuid": uuid}, transports=["polling"], wait_timeout=PATIENCE_SECONDS
    )
    try:
        assert client.receive(timeout=PATIENCE_SECONDS)[0] == "joined"
        post(server.address, f"/{uuid}", b"hi")
        # `responded` arrives with it, and the library handles each event in a thread.
        events = dict(client.receive(timeout=PATIENCE_SECONDS) for _ in range(2))
        assert set(events) == {"request", "responded"}
        assert events["request"]["body"]["content"] == "hi"
    finally:
        client.disconnect()


def test_a_client_reconnects_and_counts_missed_requests(uuid: str) -> None:
    joined: Queue[dict[str, Any]] = Queue()
    with Redis() as redis, Server(REDIS_URL=redis.url) as a, Server(REDIS_URL=redis.url) as b:
        at = {"uuid": uuid}
        client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.5)
        client.on("joined", joined.put)
        client.connect(
            a.until_ready().url, auth=at, transports=["websocket"], wait_timeout=PATIENCE_SECONDS
        )
        at["epoch"] = joined.get(timeout=PATIENCE_SECONDS)["epoch"]
        at["seq"] = 0
        a.end(kill=True)
        for _ in range(3):
            assert post(b.until_ready().address, f"/{uuid}").status == 200
        a.start()
        again = joined.get(timeout=PATIENCE_SECONDS)
        assert (again["seq"], again["missed"]) == (3, 3)
        client.disconnect()


def test_malformed_packets_do_not_fill_the_log() -> None:
    with Server(LOG_LEVEL="DEBUG") as server:
        for packet in ("42[", "42", "4", "42{}", "4" + "9" * 30, "45-[", "42" + "[" * 4_000):
            for _ in range(20):
                with PacketViewer(server.url) as viewer:
                    # Some packets make the server disconnect the viewer.
                    with suppress(OSError, websocket.WebSocketException):
                        viewer.write(packet)
                        viewer.write('421["join",null]')
                        while viewer.packet()[0] != "431":
                            pass
        complaints = [line for line in server.log.splitlines() if "ERROR" in line]
        assert len(complaints) <= 2, complaints


def test_no_request_is_logged_at_any_level(redis: Redis, uuid: str) -> None:
    for queue in ("", redis.url):
        with Server(LOG_LEVEL="DEBUG", REDIS_URL=queue) as server:
            with Viewer(server.until_ready().url, uuid=uuid) as viewer:
                viewer.event("joined")
                post(
                    server.address,
                    f"/{uuid}/secret-path?secret-query",
                    b"secret-body",
                    "X: secret-x",
                )
                viewer.event("request")
            assert "secret" not in server.log
            assert uuid not in server.log


def is_served_during(server: Server, flood: Callable[[threading.Event], None]) -> bool:
    """Return whether ten health checks succeed during the flood."""
    stop = threading.Event()
    flooding = threading.Thread(target=flood, args=(stop,))
    flooding.start()
    try:
        return all(status_of(server.url + "/healthz") == 200 for _ in range(10))
    finally:
        stop.set()
        flooding.join()


def test_a_pipelining_sender_does_not_block_the_worker(uuid: str) -> None:
    block = f"POST /{uuid} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n".encode() * 800

    def read(sender: Sender) -> None:
        with suppress(OSError):  # the connection is reset
            sender.rest()

    def flood(stop: threading.Event) -> None:
        with Sender(server.address) as sender:
            reading = threading.Thread(target=read, args=(sender,))
            reading.start()
            while not stop.is_set():
                sender.send(block)
            sender.reset()
            reading.join()

    with Server() as server:
        assert is_served_during(server, flood)


@pytest.mark.parametrize("max_per_second", [0, 100])
def test_a_flooding_viewer_does_not_block_the_worker(uuid: str, max_per_second: int) -> None:
    def flood(stop: threading.Event) -> None:
        viewer = PacketViewer(server.url)
        viewer.wait_seconds(1)
        # The server may stop reading from it, or disconnect it.
        with suppress(OSError, websocket.WebSocketException):
            while not stop.is_set():
                viewer.write('42["leave",{"uuid":"' + uuid + '"}]')
        viewer.cut_off()

    with Server(MAX_MESSAGES_PER_SECOND=max_per_second) as server:
        assert is_served_during(server, flood)


def test_a_viewer_that_joins_during_a_disconnect_receives_the_right_number(
    server: Server, uuid: str
) -> None:
    auth = {"uuid": uuid}
    with PacketViewer(server.url, auth) as one, PacketViewer(server.url, auth) as other:
        one.event("joined")
        other.event("joined")
        with PacketViewer(server.url, auth) as third:
            number = third.event("joined")["viewers"]
            other.cut_off()
            while number != 2:
                number = third.event("viewers")["viewers"]


def test_viewers_with_malformed_packets_leave_no_rooms(uuid: str) -> None:
    with Server() as server:
        for packet in ("x", "", "9", "4x", "42x", '42["join"', "45", "451-x"):
            with PacketViewer(server.url, {"uuid": uuid}) as viewer:
                viewer.event("joined")
                viewer.write(packet)
                viewer.end()
            eventually(lambda: server.metrics()["viewers"] == server.metrics()["rooms"] == 0)
            assert post(server.address, f"/{uuid}").headers["webhook-viewers"] == "0"
