"""What viewers may ask for, and what they are told."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import requests
import socketio

from tests.support.processes import Server
from tests.support.sender import post, send
from tests.support.viewers import PacketViewer, Viewer

GOOD = "3f2b8c1e-7a64-4d7e-9a51-0c9d2b6f4e11"

WRONG = {
    "no object": "a string",
    "a list": [GOOD],
    "no uuid": {"seq": 1},
    "a uuid that is null": {"uuid": None},
    "a uuid that is a number": {"uuid": 5},
    "a uuid in braces": {"uuid": "{" + GOOD + "}"},
    "a uuid without dashes": {"uuid": GOOD.replace("-", "")},
    "a uuid as a URN": {"uuid": "urn:uuid:" + GOOD},
    "a uuid with a line feed": {"uuid": GOOD + "\n"},
    "a uuid with other digits": {"uuid": GOOD.replace("3", "٣")},
    "an epoch that is a number": {"uuid": GOOD, "epoch": 5, "seq": 1},
    "an epoch that is too long": {"uuid": GOOD, "epoch": "x" * 65, "seq": 1},
    "a seq that is a string": {"uuid": GOOD, "epoch": "e", "seq": "1"},
    "a seq that is true": {"uuid": GOOD, "epoch": "e", "seq": True},
    "a seq that is a fraction": {"uuid": GOOD, "epoch": "e", "seq": 1.5},
    "a seq below zero": {"uuid": GOOD, "epoch": "e", "seq": -1},
    "a seq beyond reason": {"uuid": GOOD, "epoch": "e", "seq": 2**53},
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_auth_is_refused_with_the_reason(memory_server: Server, name: str) -> None:
    with PacketViewer(memory_server.url, WRONG[name]) as viewer:
        kind, refusal = viewer.packet()
        assert kind == "44"
        assert refusal["message"]


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_join_is_answered_with_the_reason(memory_server: Server, name: str) -> None:
    with Viewer(memory_server.url) as viewer:
        answer = viewer.call("join", WRONG[name])
        assert answer["ok"] is False
        assert answer["error"]
        assert viewer.call("join", {"uuid": GOOD})["ok"] is True


def test_a_client_library_says_why_it_was_refused(memory_server: Server) -> None:
    client = socketio.Client(reconnection=False)
    refusals: list[Any] = []
    client.on("connect_error", refusals.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(memory_server.url, auth={"uuid": "nonsense"}, transports=["websocket"])
    assert "36-character form" in refusals[0]["message"]


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


def test_without_a_uuid_it_just_connects(server: Server) -> None:
    for auth in (None, {}):
        with PacketViewer(server.url, auth) as viewer:
            assert viewer.packet()[0] == "40"
            viewer.write('421["join",null]')
            assert viewer.packet()[0] == "431"


def test_the_uuid_is_lower_cased(server: Server, uuid: str) -> None:
    with Viewer(server.url, uuid=uuid.upper()) as viewer:
        assert viewer.event("joined")["uuid"] == uuid
        post(server.address, f"/{uuid.upper()}")
        assert viewer.event("request")["uuid"] == uuid


def test_engine_io_pings_as_the_contract_says(memory_server: Server) -> None:
    with PacketViewer(memory_server.url) as viewer:
        assert (viewer.open["pingInterval"], viewer.open["pingTimeout"]) == (10_000, 5_000)


def test_missed_counts_what_came_since(server: Server, uuid: str) -> None:
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
    assert missed(epoch=epoch, seq=4) is None, "a viewer that is ahead"
    assert missed(epoch="another", seq=1) is None
    assert missed(epoch=None, seq=None) == 0


def test_one_viewer_joins_and_leaves_several_callbacks(server: Server) -> None:
    one, other = str(uuid4()), str(uuid4())
    with Viewer(server.url) as viewer:
        for uuid in (one, other):
            answer = viewer.call("join", {"uuid": uuid})
            assert list(answer) == ["ok", "uuid", "epoch", "seq", "missed", "viewers"]
        for uuid in (one, other):
            post(server.address, f"/{uuid}")
            assert viewer.event("request")["uuid"] == uuid
        assert viewer.call("leave", {"uuid": one})["ok"] is True
        assert viewer.call("leave", {"uuid": one})["ok"] is True, "leaving twice is no error"
        post(server.address, f"/{one}")
        post(server.address, f"/{other}")
        assert viewer.event("request")["uuid"] == other


def test_joining_again_answers_again(server: Server, uuid: str) -> None:
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
        answers = [viewer.call("join", {"uuid": other}) for other in others]
        assert [answer["ok"] for answer in answers] == [True] * 31 + [False]
        assert viewer.call("join", {"uuid": others[0]})["ok"] is True, "joined before"
        viewer.call("leave", {"uuid": uuid})
        assert viewer.call("join", {"uuid": others[31]})["ok"] is True


def test_messages_are_handled_in_their_order(server: Server, uuid: str) -> None:
    with PacketViewer(server.url) as viewer:
        viewer.packet()
        for number in range(0, 60, 2):
            viewer.write(f'42{number}["join",{{"uuid":"{uuid}"}}]')
            viewer.write(f'42{number + 1}["leave",{{"uuid":"{uuid}"}}]')
        answers = [viewer.packet() for _ in range(60)]
        assert [kind for kind, _ in answers] == [f"43{number}" for number in range(60)]
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
        '42["join",{"uuid":"{o}"},"more"]',
        '43["no such acknowledgement"]',
    ],
)
def test_anything_else_from_a_viewer_changes_nothing(
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


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Upgrade: websocket", "Connection: Upgrade"], 400),
        (["Upgrade: websocket", "Connection: Upgrade", "Origin: http://x"], 400),
        (["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"], 400),
        (["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 7"], 426),
        (["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: x"], 400),
    ],
)
def test_a_wrong_handshake_is_refused(memory_server: Server, lines: list[str], status: int) -> None:
    line = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1"
    raw = "\r\n".join([line, "Host: h", *lines]).encode() + b"\r\n\r\n"
    assert send(memory_server.address, raw).status == status


def test_a_handshake_with_bytes_behind_it_is_refused(memory_server: Server) -> None:
    lines = (
        *("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", "Host: h", "Upgrade: websocket"),
        *("Connection: Upgrade", "Sec-WebSocket-Version: 13"),
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    raw = "\r\n".join(lines).encode() + b"\r\n\r\n"
    assert send(memory_server.address, raw + b"\x81\x00").status == 400


def test_a_viewer_that_is_gone_is_not_counted(server: Server, uuid: str) -> None:
    with Viewer(server.url, uuid=uuid) as stays:
        stays.event("joined")
        with PacketViewer(server.url, {"uuid": uuid}) as leaves:
            leaves.events(1)
        while post(server.address, f"/{uuid}").headers["webhook-viewers"] != "1":
            pass  # the server learns of it when the socket says so


def test_a_viewer_on_long_polling_sees_requests(server: Server, uuid: str) -> None:
    client = socketio.SimpleClient()
    client.connect(server.url, auth={"uuid": uuid}, transports=["polling"])
    try:
        assert client.receive(timeout=10)[0] == "joined"
        post(server.address, f"/{uuid}", b"hi")
        name, request = client.receive(timeout=10)
        assert (name, request["body"]["content"]) == ("request", "hi")
    finally:
        client.disconnect()


@pytest.mark.parametrize(
    ("origin", "status"), [("https://tools.example.com", 200), ("https://evil.example", 400)]
)
def test_only_allowed_origins_connect(origin: str, status: int) -> None:
    with Server(CORS_ALLOWED_ORIGINS="https://tools.example.com") as server:
        url = f"{server.url}/socket.io/?EIO=4&transport=polling"
        assert requests.get(url, headers={"Origin": origin}, timeout=5).status_code == status
        # A sender's own X-Forwarded-Host does not make its origin the page's own.
        spoofed = {"Origin": "http://evil.example", "X-Forwarded-Host": "evil.example"}
        assert requests.get(url, headers=spoofed, timeout=5).status_code == 400
