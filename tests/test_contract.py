"""The contract checks fail for messages and responses that docs/ does not describe."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.contract.documents import ContractBroken
from tests.support.contract.stream import Conversation, check_event
from tests.support.processes import Redis, Server
from tests.support.sender import ask, post
from tests.support.viewers import PacketViewer, Viewer
from tests.wire_fixture import UUID, samples
from webhook_logger.delivery import RoomManager
from webhook_logger.errors import Reason, Refusal, error_json

REQUEST = samples()[0].to_wire()
JOINED = {"uuid": UUID, "epoch": "k3v9", "seq": 1, "missed": 0, "viewers": 1}

INVALID_EVENTS = [
    ("joined", JOINED | {"missed": -1}),
    ("joined", {name: JOINED[name] for name in JOINED if name != "viewers"}),
    ("joined", JOINED | {"uuid": UUID.upper()}),
    ("request", REQUEST | {"seq": 0}),
    ("request", REQUEST | {"more": 1}),
    ("request", REQUEST | {"received_at": "2026-11-22T04:41:00Z"}),
    ("request", REQUEST | {"path": "no slash"}),
    ("request", REQUEST | {"headers": [["Name", "value", "more"]]}),
    ("request", REQUEST | {"body": REQUEST["body"] | {"complete": False}}),
    ("responded", {"uuid": UUID, "epoch": "k3v9", "seq": 1, "status": 200, "by": "magic"}),
    ("reply", {"uuid": UUID, "reply": {"status": 200}}),
    ("status", {"queue": "gone"}),
    ("bye", {"reason": "unknown"}),
    ("bye", {"reason": "draining"}),
    ("bye", {"reason": "slow", "seconds": 1}),
]


@pytest.mark.parametrize(("name", "payload"), INVALID_EVENTS)
def test_an_event_that_breaks_the_contract_is_reported(name: str, payload: Any) -> None:
    with pytest.raises(ContractBroken, match=f"the event {name}"):
        check_event(name, payload)


def test_an_event_with_two_arguments_is_reported() -> None:
    with pytest.raises(ContractBroken, match="2 arguments"):
        check_event("viewers", {"uuid": UUID, "viewers": 1}, "more")


def test_operators_may_emit_events_with_any_payload() -> None:
    check_event("deployed")
    check_event("deployed", 1, "two")


JOIN = f'421["join",{json.dumps({"uuid": UUID})}]'
GRANTED = {"ok": True, **JOINED}


@pytest.mark.parametrize(
    ("asked", "kind", "response"),
    [
        (JOIN, "431", JOINED),
        (JOIN, "431", {"ok": False}),
        ('421["join",{"uuid":"nonsense"}]', "431", GRANTED),
        (JOIN.replace("join", "leave"), "431", GRANTED),
        ('40{"uuid":5}', "40", {"sid": "a"}),
        ("40", "40", {}),
        ('40{"uuid":5}', "44", "no"),
    ],
)
def test_a_response_that_breaks_the_contract_is_reported(
    asked: str, kind: str, response: Any
) -> None:
    conversation = Conversation()
    conversation.record_sent(asked)
    with pytest.raises(ContractBroken):
        conversation.check_received(kind, [response] if kind == "431" else response)


@pytest.mark.parametrize("kind", [PacketViewer, Viewer])
def test_viewers_fail_for_an_incomplete_request(
    redis: Redis, two_workers: tuple[Server, Server], uuid: str, kind: type[PacketViewer | Viewer]
) -> None:
    auth = {"uuid": uuid}
    worker = two_workers[0]
    with (
        PacketViewer(worker.url, auth)
        if kind is PacketViewer
        else Viewer(worker.url, **auth) as viewer
    ):
        viewer.event("joined")
        RoomManager(redis.url, write_only=True).emit("request", {"uuid": uuid}, to=uuid)
        with pytest.raises(ContractBroken, match="the event request"):
            viewer.event("request")


@pytest.mark.parametrize("path", [f"/api/callbacks/{UUID}/reply", "/docs", "/static/stream.js"])
def test_options_lists_the_methods_of_a_path(memory_server: Server, path: str) -> None:
    response = ask(memory_server.address, "OPTIONS", path, b"", "Origin: https://tools.example.com")
    assert response.status == 200
    assert "GET" in response.headers["allow"]
    assert "access-control-allow-origin" not in response.headers


class ScriptedResponder(BaseHTTPRequestHandler):
    """Responds to a POST with the status, headers and body that the request's body contains."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        response = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response_only(response["status"])
        for name, value in response["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response["body"])))
        self.end_headers()
        self.wfile.write(response["body"].encode())


@pytest.fixture(scope="module")
def scripted_server() -> Iterator[tuple[str, int]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), ScriptedResponder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield ("127.0.0.1", server.server_address[1])
    server.shutdown()
    thread.join()
    server.server_close()


SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox",
    "Cache-Control": "no-store",
    "Webhook-Viewers": "1",
}
JSON = {"Content-Type": "application/json"}
ERROR = json.loads(error_json(Refusal(Reason.DRAINING)))


def status_of_response(
    address: tuple[str, int], status: int, headers: dict[str, str], body: str = ""
) -> int:
    script = json.dumps({"status": status, "headers": headers, "body": body})
    return post(address, f"/{UUID}/orders", script.encode()).status


def test_a_documented_response_passes(scripted_server: tuple[str, int]) -> None:
    assert status_of_response(scripted_server, 200, SAFE) == 200
    assert status_of_response(scripted_server, 503, SAFE, "the callback's reply") == 503
    assert (
        status_of_response(scripted_server, 503, JSON | {"Retry-After": "2"}, json.dumps(ERROR))
        == 503
    )


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, ""),
        (200, SAFE | {"Webhook-Viewers": "-1"}, ""),
        (200, SAFE | {"Content-Security-Policy": "sandbox allow-scripts"}, ""),
        (503, JSON, json.dumps(ERROR)),
        (503, JSON | {"Retry-After": "soon"}, json.dumps(ERROR)),
        (503, {"Content-Type": "text/plain", "Retry-After": "2"}, "Later."),
        (503, JSON | {"Retry-After": "2"}, json.dumps(ERROR | {"more": 1})),
        (418, JSON, json.dumps(ERROR)),
    ],
)
def test_an_undocumented_response_to_a_sender_is_reported(
    scripted_server: tuple[str, int], status: int, headers: dict[str, str], body: str
) -> None:
    with pytest.raises(ContractBroken, match=f"the response {status} to POST /{UUID}/orders"):
        status_of_response(scripted_server, status, headers, body)
