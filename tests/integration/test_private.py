"""Private callbacks: only viewers with the view key can watch, respond and use the API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.test_replies import ask
from tests.support.polling import PollingViewer
from tests.support.processes import Redis, Server
from tests.support.sender import Response, post
from tests.support.viewers import PacketViewer
from webhook_logger.callbacks import VIEW_KEY_HEADER, new_key, uuid_of_key

WRONG: dict[str, Any] = {
    "none": None,
    "another callback's": new_key(),
    "a number": 5,
    "a list": [new_key()],
    "an object": {"key": new_key()},
    "too long": "A" * 2000,
    "empty": "",
}
LOGGED = {"LOG_LEVEL": "DEBUG", "RECOVERY_SECONDS": 60}


@pytest.fixture(scope="module", params=["memory", "redis"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A worker with recovery and a debug log."""
    if request.param == "memory":
        with Server(**LOGGED) as server:
            yield server
        return
    redis: Redis = request.getfixturevalue("redis")
    with Server(REDIS_URL=redis.url, **LOGGED) as server:
        yield server.until_ready()


def create(server: Server) -> tuple[str, str]:
    """Return the UUID and the view key of a callback that the server has created."""
    location = ask(server, "GET", "/").headers["location"]
    match = re.fullmatch("/view/(.{36})#key=(.{22})", location)
    assert match
    return match[1], match[2]


def watch(server: Server, uuid: str, key: str) -> PacketViewer:
    viewer = PacketViewer(server.url, {"uuid": uuid, "key": key})
    assert viewer.event("joined")["seq"] == 0
    return viewer


def join(viewer: PacketViewer, **payload: Any) -> dict[str, Any]:
    """Return the acknowledgement of `join`."""
    viewer.write("421" + json.dumps(["join", payload]))
    while True:
        kind, data = viewer.packet()
        if kind == "431":
            return dict(data[0])


def test_the_link_of_a_new_callback_opens_it(server: Server) -> None:
    uuid, key = create(server)
    with watch(server, uuid, key) as first, PacketViewer(server.url) as second:
        assert join(second, uuid=uuid.upper(), key=key)["ok"] is True
        assert post(server.address, f"/{uuid}/orders").headers["webhook-viewers"] == "2"
        for viewer in (first, second):
            assert viewer.requests(1)[0]["subpath"] == "/orders"


@pytest.mark.parametrize("kind", [PacketViewer, PollingViewer])
def test_a_sender_who_knows_only_the_url_cannot_watch(
    server: Server, kind: type[PacketViewer]
) -> None:
    uuid, key = create(server)
    with watch(server, uuid, key) as viewer:
        for wrong in WRONG.values():
            # With a malformed position, too: nothing else is checked before the key.
            position = {"epoch": 5, "seq": "x", "replaces": 1}
            for more in ({}, {"replaces": viewer.sid}, {"epoch": "e", "seq": 0}, position):
                with kind(server.url, {"uuid": uuid, "key": wrong, **more}) as other:
                    digits, refused = other.packet()
                    assert (digits, refused["data"]) == ("44", {"reason": "private"})
        with kind(server.url) as other:
            for wrong in WRONG.values():
                for more in ({}, {"respond": True}, {"respond": "handshakes"}, {"epoch": 5}):
                    response = join(other, uuid=uuid, key=wrong, **more)
                    assert response.keys() == {"ok", "error", "reason"}
                    assert (response["ok"], response["reason"]) == (False, "private")
            other.write("422" + json.dumps(["leave", {"uuid": uuid}]))
            assert other.packet() == ("432", [{"ok": True, "uuid": uuid}])
        # The viewer is still the only one, and the sender sees only its number.
        assert post(server.address, f"/{uuid}").headers["webhook-viewers"] == "1"
        viewer.requests(1)


def test_a_viewer_without_the_key_cannot_recover_requests(server: Server) -> None:
    uuid, key = create(server)
    with watch(server, uuid, key) as viewer:
        post(server.address, f"/{uuid}")
        captured = viewer.requests(1)[0]
    auth = {"uuid": uuid, "epoch": captured["epoch"], "seq": 0}
    with PacketViewer(server.url, auth) as other:
        assert other.packet()[1]["data"] == {"reason": "private"}
    with PacketViewer(server.url, {**auth, "key": key}) as returned:
        assert returned.requests(1) == [captured]


def api(server: Server, method: str, path: str, *lines: str, body: bytes = b"") -> Response:
    return ask(server, method, f"/api/callbacks/{path}", *lines, body=body)


def reason(response: Response) -> str:
    return str(json.loads(response.body)["error"]["reason"])


def test_the_api_needs_the_view_key(server: Server) -> None:
    uuid, key = create(server)
    paths = [
        *((method, f"{uuid}/reply") for method in ("GET", "PUT", "DELETE")),
        *((method, f"{uuid.upper()}/requests/1/response") for method in ("POST", "DELETE")),
    ]
    for method, path in paths:
        for lines in ([], *([f"{VIEW_KEY_HEADER}: {each}"] for each in ("", new_key(), key + "x"))):
            refused = api(server, method, path, *lines, body=b"not JSON")
            assert (refused.status, reason(refused)) == (403, "private")
    head = f"{VIEW_KEY_HEADER}: {key}"
    assert api(server, "PUT", f"{uuid}/reply", head, body=b'{"status": 418}').status == 200
    assert post(server.address, f"/{uuid}").status == 418
    assert api(server, "DELETE", f"{uuid}/reply", head).status == 204
    assert reason(api(server, "DELETE", f"{uuid}/requests/1/response", head)) == "too_late"
    assert api(server, "OPTIONS", f"{uuid}/reply").status == 200


def test_an_open_callback_ignores_keys(server: Server) -> None:
    uuid = str(uuid4())
    for wrong in WRONG.values():
        with PacketViewer(server.url, {"uuid": uuid, "key": wrong}) as viewer:
            assert viewer.event("joined")["uuid"] == uuid
            assert join(viewer, uuid=uuid, key=wrong)["ok"] is True
    assert api(server, "GET", f"{uuid}/reply", f"{VIEW_KEY_HEADER}: x").status == 200


def test_the_log_contains_no_view_key(server: Server) -> None:
    """With LOG_LEVEL=DEBUG, for messages and requests of all kinds, also malformed ones."""
    uuid, key = create(server)
    with watch(server, uuid, key) as viewer:
        assert join(viewer, uuid=uuid, key=key, respond=True)["ok"] is True
        viewer.write("42" + json.dumps(["unknown", {"key": key}]))
        viewer.write("42" + json.dumps({"key": key}))
        viewer.write(f"9{key}")
    for auth in ({"uuid": uuid, "key": [key]}, {"uuid": key, "key": key}, [key]):
        with PacketViewer(server.url, auth) as refused:
            assert refused.packet()[0] == "44"
    head = f"{VIEW_KEY_HEADER}: {key}"
    api(server, "PUT", f"{uuid}/reply", head, body=b"not JSON")
    api(server, "GET", f"{uuid}/nothing", head)
    ask(server, "GET", f"/view/{uuid}", head)
    ask(server, "GET", f"/view/{uuid}#key={key}")
    ask(server, "GET", "/nothing", head, "Bad header")
    log = server.log
    assert "message handler error" in log, "malformed messages are logged"
    assert key not in log
    assert f"/view/{uuid}" not in log
    assert uuid_of_key(key) == uuid
