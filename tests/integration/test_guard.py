"""Requests to `/socket.io/` that do not reach Engine.IO get a clear error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
import websocket

from tests.support.patience import PATIENCE_SECONDS
from tests.support.polling import PollingViewer
from tests.support.processes import ALL_TRUSTED, Server
from tests.support.sender import Response, ask, post, send

POLLING = "/socket.io/?EIO=4&transport=polling"
WEBSOCKET = "/socket.io/?EIO=4&transport=websocket"
ALLOW = "GET, HEAD, OPTIONS, POST"
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = ("Connection: Upgrade", "Upgrade: websocket")
HANDSHAKE = (*UPGRADE, "Sec-WebSocket-Version: 13", KEY)

LISTED = "https://tools.example.com"
EVIL = "https://evil.example"


def get(server: Server, path: str, *lines: str, method: str = "GET") -> Response:
    return send(
        server.address,
        "\r\n".join([f"{method} {path} HTTP/1.1", "Host: h", *lines, "", ""]).encode(),
    )


def open_session(server: Server, *lines: str) -> str:
    response = get(server, POLLING, *lines)
    assert response.status == 200, response
    return str(json.loads(response.body[1:])["sid"])


REFUSED = {
    "no version of Engine.IO": (400, "GET", "/socket.io/", ()),
    "an old version of Engine.IO": (400, "GET", "/socket.io/?EIO=3&transport=polling", ()),
    "another transport": (400, "GET", "/socket.io/?EIO=4&transport=carrier-pigeon", ()),
    "JSONP": (400, "GET", POLLING + "&j=0", ()),
    "JSONP without a number": (400, "GET", POLLING + "&j=x", ()),
    "JSONP without a value": (400, "GET", POLLING + "&j", ()),
    "a query of a thousand parameters": (400, "GET", POLLING + "&a=b" * 1000, ()),
    "a longer path": (404, "GET", POLLING.replace("?", "x?"), ()),
    "an unknown session": (400, "GET", POLLING + "&sid=x", ()),
    "a POST to an unknown session": (400, "POST", POLLING + "&sid=x", ()),
    "a session id with a line feed": (400, "GET", POLLING + "&sid=%0A%1B[31m", ()),
    "a message without a session": (400, "POST", POLLING, ()),
    "another method": (405, "PUT", POLLING, ()),
    "any token as a method": (405, "FOO", "/socket.io/", ()),
    "HEAD without parameters": (400, "HEAD", "/socket.io/", ()),
    "a WebSocket without its handshake": (426, "GET", WEBSOCKET, ()),
    "a WebSocket without its connection option": (426, "GET", WEBSOCKET, HANDSHAKE[1:]),
    "a WebSocket without a version": (426, "GET", WEBSOCKET, (*UPGRADE, KEY)),
    "a WebSocket of another version": (
        426,
        "GET",
        WEBSOCKET,
        (*UPGRADE, "Sec-WebSocket-Version: 7", KEY),
    ),
    "a WebSocket without a key": (400, "GET", WEBSOCKET, HANDSHAKE[:3]),
    "a WebSocket with two keys": (400, "GET", WEBSOCKET, (*HANDSHAKE, KEY)),
    **{
        f"a WebSocket with the key {key!r}": (
            400,
            "GET",
            WEBSOCKET,
            (*HANDSHAKE[:3], f"Sec-WebSocket-Key: {key}"),
        )
        for key in ("", "x", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "A" * 24)
    },
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_has_the_common_error_shape(memory_server: Server, case: str) -> None:
    status, method, path, lines = REFUSED[case]
    response = get(memory_server, path, *lines, method=method)
    assert response.status == status
    assert response.headers["content-type"] == "application/json"
    if method != "HEAD":
        assert json.loads(response.body)["error"]["code"] == status
    assert response.headers.get("allow") == (ALLOW if status == 405 else None)
    if status == 426:
        assert response.headers["upgrade"] == "websocket"
        assert response.headers["connection"] == "close, Upgrade"
        assert response.headers["sec-websocket-version"] == "13"
    assert "\x1b" not in memory_server.log


def test_head_neither_opens_nor_reads_a_session(memory_server: Server) -> None:
    with PollingViewer(memory_server.url) as viewer:
        assert viewer.packet()[0] == "40"
        viewer.write('421["leave",null]')
        for path in (POLLING, f"{POLLING}&sid={viewer.open['sid']}"):
            response = get(memory_server, path, method="HEAD")
            assert (response.status, response.body) == (200, b"")
        assert viewer.packet()[0] == "431"


def test_options_lists_the_methods(memory_server: Server) -> None:
    for path in ("/socket.io/", POLLING + "&sid=x"):
        response = get(memory_server, path, "Origin: https://a.example", method="OPTIONS")
        assert (response.status, response.headers["allow"]) == (200, ALLOW)
        assert response.headers["access-control-allow-origin"] == "https://a.example"


def test_a_message_without_a_content_length_is_refused(memory_server: Server) -> None:
    path = f"{POLLING}&sid={open_session(memory_server)}"
    body = b"2\r\n40\r\n0\r\n\r\n"
    head = f"POST {path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert send(memory_server.address, head.encode() + body).status == 411


INVALID_PACKETS = {
    "a letter instead of a packet": b"x",
    "an empty packet": b"42[]\x1e",
    "a packet that only servers send": b"0{}",
    "a packet of an unknown type": b"9",
    "a form, as JSONP sends it": b"d=3",
    "bytes that are not UTF-8": b"4\xff",
    "malformed base64": b"bx",
    "deeply nested JSON": b"4" + b"[" * 4000,
    "too many packets": b"\x1e".join([b"3"] * 65),
}


@pytest.mark.parametrize("case", INVALID_PACKETS)
def test_invalid_packets_are_refused(memory_server: Server, case: str) -> None:
    path = f"{POLLING}&sid={open_session(memory_server)}"
    assert post(memory_server.address, path, INVALID_PACKETS[case]).status == 400


def test_one_post_may_contain_the_maximum_number_of_joins(memory_server: Server) -> None:
    with PollingViewer(memory_server.url) as viewer:
        assert viewer.packet()[0] == "40"
        joins = [f'42{number}["join",{{"uuid":"{uuid4()}"}}]' for number in range(32)]
        path = f"{POLLING}&sid={viewer.open['sid']}"
        assert post(memory_server.address, path, "\x1e".join(joins).encode()).status == 200
        responses = set()
        while len(responses) < 32:
            kind, data = viewer.packet()
            if kind.startswith("43"):
                assert data[0]["ok"]
                responses.add(kind)


# Origins


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    with Server(CORS_ALLOWED_ORIGINS=LISTED) as server:
        yield server


def test_only_listed_origins_and_the_dashboard_connect(guarded: Server) -> None:
    def status_for(*lines: str) -> int:
        return get(guarded, POLLING, *lines).status

    own = "http://h"
    assert status_for() == 200, "a client without an Origin"
    assert status_for(f"Origin: {LISTED}") == 200
    assert status_for(f"Origin: {own}") == 200, "the dashboard itself"
    assert status_for(f"Origin: {EVIL}") == 400
    assert status_for("Origin: null") == 400
    assert status_for(f"Origin: {LISTED}", f"Origin: {EVIL}") == 400
    assert status_for("Origin: https://h") == 400
    # Forwarded headers of an untrusted sender do not change the server's own origin.
    spoofed = ("X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http")
    assert status_for("Origin: http://evil.example", *spoofed) == 400
    # An upgrade request gets no exception.
    assert status_for(f"Origin: {EVIL}", *UPGRADE) == 400


def test_every_request_of_a_session_needs_an_allowed_origin(guarded: Server) -> None:
    # A script element sends no Origin and could read the sid of a JSONP response.
    assert get(guarded, POLLING + "&j=0").status == 400
    sid = open_session(guarded)
    polling, upgrade = f"{POLLING}&sid={sid}", f"{WEBSOCKET}&sid={sid}"
    for origin in (EVIL, "null", "https://h"):
        line = f"Origin: {origin}"
        assert get(guarded, polling, line).status == 400
        assert get(guarded, polling, line, method="HEAD").status == 400
        assert ask(guarded.address, "POST", polling, b"40", line).status == 400
        assert get(guarded, upgrade, *HANDSHAKE, line).status == 400
        assert get(guarded, polling, *HANDSHAKE, line).status == 400
        options = get(guarded, polling, line, method="OPTIONS")
        assert options.status == 200
        assert "access-control-allow-origin" not in options.headers
    for origin in (LISTED, "http://test"):  # the Host that `ask` sends
        assert ask(guarded.address, "POST", polling, b"3", f"Origin: {origin}").status == 200


def test_a_session_without_an_origin_upgrades_with_an_allowed_one(
    guarded: Server,
) -> None:
    def upgrade(origin: str) -> websocket.WebSocket:
        url = guarded.url.replace("http", "ws") + f"{WEBSOCKET}&sid={open_session(guarded)}"
        return websocket.create_connection(url, timeout=PATIENCE_SECONDS, origin=origin)

    with pytest.raises(websocket.WebSocketBadStatusException, match="400"):
        upgrade(EVIL)
    socket = upgrade(LISTED)
    socket.send("2probe")
    assert socket.recv() == "3probe"
    socket.shutdown()


def test_only_pages_of_listed_origins_may_send_cookies(
    guarded: Server, memory_server: Server
) -> None:
    def allowed(server: Server, origin: str, method: str = "GET") -> tuple[str | None, str | None]:
        lines = (f"Origin: {origin}", "Access-Control-Request-Headers: authorization")
        headers = get(server, POLLING, *lines, method=method).headers
        names = ("access-control-allow-origin", "access-control-allow-credentials")
        return headers.get(names[0]), headers.get(names[1])

    for method in ("GET", "OPTIONS"):
        assert allowed(guarded, LISTED, method) == (LISTED, "true")
        assert allowed(guarded, EVIL, method) == (None, None)
        assert allowed(memory_server, EVIL, method) == (EVIL, None), "all origins are allowed"


def test_a_websocket_of_another_origin_is_refused_with_a_message(
    guarded: Server, uuid: str
) -> None:
    url = guarded.url.replace("http", "ws") + WEBSOCKET
    page = websocket.create_connection(url, timeout=PATIENCE_SECONDS, origin=EVIL)
    assert page.recv().startswith("0{")
    auth = json.dumps({"uuid": uuid})
    # A message before CONNECT does not make it a viewer.
    page.send(f"420{json.dumps(['join', {'uuid': uuid}])}")
    page.send("40" + auth)
    refusal = page.recv()
    assert refusal.startswith("44{"), refusal
    assert EVIL in refusal
    assert "CORS_ALLOWED_ORIGINS" in refusal
    page.send(f"420{json.dumps(['join', {'uuid': uuid}])}")
    assert post(guarded.address, f"/{uuid}").headers["webhook-viewers"] == "0"
    page.send("40" + auth)
    assert page.recv().startswith("44{"), "the join got no response"
    page.close()


def test_the_trusted_proxy_determines_the_servers_own_origin() -> None:
    forwarded = ("X-Forwarded-Host: hooks.example.com", "X-Forwarded-Proto: https")
    with Server(CORS_ALLOWED_ORIGINS=LISTED, **ALL_TRUSTED) as server:
        assert get(server, POLLING, "Origin: https://hooks.example.com", *forwarded).status == 200
        assert get(server, POLLING, "Origin: http://h", *forwarded).status == 400
