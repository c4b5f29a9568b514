"""Replies: every worker sends the configured reply of a callback to its senders."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.processes import Redis, Server
from tests.support.sender import Response, post, send
from tests.support.viewers import PacketViewer
from webhook_logger.senders.reports import MAX_BODY_BYTES

FIXED = {
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox",
    "cache-control": "no-store",
}
PREFLIGHT = ("Origin: https://app.example", "Access-Control-Request-Method: PUT")


def ask(server: Server, method: str, path: str, *lines: str, body: bytes = b"") -> Response:
    length = [f"Content-Length: {len(body)}"] if body else []
    head = [f"{method} {path} HTTP/1.1", "Host: test", "Connection: close", *length, *lines]
    return send(server.address, "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)


def api(server: Server, method: str, uuid: str, body: bytes = b"") -> Response:
    return ask(server, method, f"/api/callbacks/{uuid}/reply", body=body)


def put(server: Server, uuid: str, **fields: Any) -> dict[str, Any]:
    response = api(server, "PUT", uuid, json.dumps(fields).encode())
    assert response.status == 200, response.body
    shown: dict[str, Any] = json.loads(response.body)
    return shown


def text(content: str) -> dict[str, str]:
    return {"encoding": "utf-8", "content": content}


def test_a_reply_applies_to_the_next_request_on_every_worker(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    headers = [["Content-Type", "application/json"], ["X-Dup", "1"], ["X-Dup", "2"]]
    shown = put(here, uuid, status=418, headers=headers, body=text('{"no": "coffee"}'))
    response = post(there.address, f"/{uuid}/pot")
    assert (response.status, response.body) == (418, b'{"no": "coffee"}')
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-dup"] == "1, 2"
    assert response.headers["webhook-viewers"] == "0"
    assert FIXED.items() <= response.headers.items()
    assert json.loads(api(there, "GET", uuid).body) == shown


def test_without_a_reply_a_callback_responds_with_200(
    workers: tuple[Server, Server], uuid: str
) -> None:
    response = api(workers[1], "GET", uuid.upper())
    shown = {
        "status": 200,
        "headers": [],
        "body": text(""),
        "delay": 0,
        "times": None,
        "cors": True,
    }
    assert (response.status, json.loads(response.body)) == (200, shown)
    assert response.headers["content-type"] == "application/json"


def test_delete_resets_a_reply(workers: tuple[Server, Server], uuid: str) -> None:
    put(workers[0], uuid, status=500)
    assert api(workers[1], "DELETE", uuid).status == 204
    assert post(workers[0].address, f"/{uuid}").status == 200
    assert api(workers[1], "DELETE", uuid).status == 204


def test_the_times_of_a_reply_are_counted_across_workers(
    workers: tuple[Server, Server], uuid: str
) -> None:
    put(workers[0], uuid, status=503, times=3)
    assert ask(workers[0], "OPTIONS", f"/{uuid}", *PREFLIGHT).status == 200
    assert post(workers[1].address, f"/{uuid}/status/201").status == 201
    statuses = [post(workers[number % 2].address, f"/{uuid}").status for number in range(5)]
    assert statuses == [503, 503, 503, 200, 200]
    assert json.loads(api(workers[0], "GET", uuid).body)["times"] is None


def test_a_sequence_is_sent_across_workers_and_ends_with_its_last_entry(
    workers: tuple[Server, Server], uuid: str
) -> None:
    ok = {"status": 200, "body": text("{{ request.subpath }}"), "template": True}
    shown = put(
        workers[0], uuid, headers=[["X-All", "1"]], body=text("no"), sequence=[503, ok, 204]
    )
    assert (shown["sequence"][0], shown["used"]) == (503, 0)
    with PacketViewer(workers[0].url, auth={"uuid": uuid}) as viewer:
        viewer.event("joined")
        assert ask(workers[0], "OPTIONS", f"/{uuid}", *PREFLIGHT).status == 200
        responses = [post(workers[number % 2].address, f"/{uuid}/a") for number in range(4)]
        assert [(response.status, response.body) for response in responses] == [
            *((503, b"no"), (200, b"/a"), (204, b""), (204, b"")),
        ]
        assert [response.headers.get("x-all") for response in responses] == ["1", None, "1", "1"]
        changed = viewer.event("reply")
        while changed["reply"]["used"] < 3:
            changed = viewer.event("reply")
    assert changed == {"uuid": uuid, "reply": {**shown, "used": 3}}
    assert json.loads(api(workers[1], "GET", uuid).body) == {**shown, "used": 3}
    put(workers[1], uuid, sequence=[503, 200])
    assert post(workers[0].address, f"/{uuid}").status == 503
    put(workers[1], uuid, sequence=[503, 200], used=1, times=1)
    assert [post(workers[0].address, f"/{uuid}").status for _ in range(2)] == [200, 200]
    assert "sequence" not in json.loads(api(workers[1], "GET", uuid).body)


def test_rules_choose_the_response_on_every_worker(
    workers: tuple[Server, Server], uuid: str
) -> None:
    challenge = {"method": "POST", "json": {"/type": "url_verification"}}
    rules = [
        {"match": challenge, "template": True, "body": text("{{ json./challenge }}")},
        {"match": {"subpath": "/orders/*"}, "status": 503, "headers": [["Retry-After", "1"]]},
    ]
    shown = put(workers[0], uuid, status=201, rules=rules)
    assert [rule["match"] for rule in shown["rules"]] == [rule["match"] for rule in rules]
    body = b'{"type": "url_verification", "challenge": "3eZbrw1a"}'
    for server in workers:
        response = post(server.address, f"/{uuid}", body)
        assert (response.status, response.body) == (200, b"3eZbrw1a")
        response = post(server.address, f"/{uuid}/orders/1")
        assert (response.status, response.headers["retry-after"]) == (503, "1")
        assert post(server.address, f"/{uuid}/orders").status == 201
        assert json.loads(api(server, "GET", uuid).body) == shown


def test_the_reply_to_head_has_no_body_and_the_length_of_it(
    workers: tuple[Server, Server], uuid: str
) -> None:
    put(workers[0], uuid, body=text("twelve bytes"))
    response = ask(workers[1], "HEAD", f"/{uuid}")
    assert (response.status, response.body, response.headers["content-length"]) == (200, b"", "12")


@pytest.mark.parametrize("status", [204, 304, 599])
def test_any_status_is_sent_as_a_complete_response(
    workers: tuple[Server, Server], uuid: str, status: int
) -> None:
    put(workers[0], uuid, status=status)
    assert post(workers[1].address, f"/{uuid}").status == status


def test_a_status_path_sets_the_status_of_one_response(
    workers: tuple[Server, Server], uuid: str
) -> None:
    for code in (200, 204, 503, 599):
        response = post(workers[0].address, f"/{uuid}/status/{code}")
        assert (response.status, response.body) == (code, b"")
        assert response.headers["webhook-viewers"] == "0"
        assert FIXED.items() <= response.headers.items()
    for path in (
        "status/199",
        "status/600",
        "status/503/",
        "status/5033",
        "status/50x",
        "x/status/503",
    ):
        assert post(workers[0].address, f"/{uuid}/{path}").status == 200


def test_viewers_are_notified_of_each_response(workers: tuple[Server, Server], uuid: str) -> None:
    here, there = workers
    with PacketViewer(here.url, auth={"uuid": uuid}) as viewer:
        epoch = viewer.event("joined")["epoch"]
        responses = []
        # One after the other: reports of different workers have no order.
        for server, path, body in (
            (there, "", b""),
            (there, "/status/404", b""),
            (there, "", b""),
            (here, "", b"x" * (2**20 + 1)),
        ):
            if len(responses) == 2:
                put(there, uuid, status=502)
            post(server.address, f"/{uuid}{path}", body)
            responses.append(viewer.event("responded"))
    for response, is_empty in zip(responses[2:], (True, False), strict=True):
        assert response.pop("seconds") >= 0
        assert ["Webhook-Viewers", "1"] in response.pop("headers")
        assert (response.pop("body")["content"] == "") == is_empty
    assert responses == [
        {"uuid": uuid, "epoch": epoch, "seq": seq, "status": status, "by": by}
        for seq, status, by in [
            *((1, 200, "default"), (2, 404, "path"), (3, 502, "reply"), (4, 413, "default")),
        ]
    ]


def test_viewers_receive_the_bodies_of_responses_up_to_a_limit(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with PacketViewer(there.url, auth={"uuid": uuid}) as viewer:
        viewer.event("joined")
        for method, fields, expected in (
            ("POST", {"body": text("\0")}, (1, "base64", "AA==", True)),
            ("POST", {"body": text("x" * MAX_BODY_BYTES)}, (MAX_BODY_BYTES, "utf-8", ..., True)),
            ("POST", {"body": text("x" * 20_000)}, (20_000, "utf-8", "", False)),
            ("HEAD", {"body": text("twelve bytes")}, (0, "utf-8", "", True)),
            ("POST", {"status": 304}, (0, "utf-8", "", True)),
        ):
            put(here, uuid, **fields)
            ask(here, method, f"/{uuid}")
            responded = viewer.event("responded")
            size, encoding, content, is_complete = responded["body"].values()
            assert (size, encoding, is_complete) == (expected[0], expected[1], expected[3])
            assert content == ("x" * size if expected[2] is ... else expected[2])
            lengths = [value for name, value in responded["headers"] if name == "Content-Length"]
            assert lengths == ([] if responded["status"] == 304 else [str(size or 12)])


def test_responded_follows_its_request(workers: tuple[Server, Server], uuid: str) -> None:
    with PacketViewer(workers[0].url, auth={"uuid": uuid}) as viewer:
        viewer.event("joined")
        for _ in range(3):
            post(workers[1].address, f"/{uuid}")
        events = viewer.events(6, aside=("viewers",))
    assert [(name, event["seq"]) for name, event in events] == [
        (name, seq) for seq in (1, 2, 3) for name in ("request", "responded")
    ]


def test_changes_of_times_are_sent_at_most_once_a_second(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with PacketViewer(here.url, auth={"uuid": uuid}) as viewer:
        viewer.event("joined")
        begin = time.monotonic()
        put(there, uuid, times=1000, body=text("x" * 60_000))
        for _ in range(30):
            post(there.address, f"/{uuid}")
        times, seen = [], 0
        while seen < 30 or times[-1] != 970:
            [(name, event)] = viewer.events(1, aside=())
            seen += name == "request"
            if name == "reply":
                times.append(event["reply"]["times"])
    assert times == sorted(times, reverse=True)
    # One for the new reply, one at its first use, and one a second; a busy machine takes long.
    assert len(times) <= 3 + time.monotonic() - begin


def test_viewers_are_notified_of_every_change(workers: tuple[Server, Server], uuid: str) -> None:
    here, there = workers
    with PacketViewer(here.url, auth={"uuid": uuid}) as viewer:
        viewer.event("joined")
        shown = put(there, uuid, status=500, times=2, body=text("x"))
        assert viewer.event("reply") == {"uuid": uuid, "reply": shown}
        post(there.address, f"/{uuid}")
        assert viewer.event("reply") == {"uuid": uuid, "reply": {**shown, "times": 1}}
        post(here.address, f"/{uuid}")
        assert viewer.event("reply") == {"uuid": uuid, "reply": None}
        put(here, uuid, status=201)
        assert viewer.event("reply")["reply"]["status"] == 201
        api(there, "DELETE", uuid)
        assert viewer.event("reply") == {"uuid": uuid, "reply": None}


# CORS


def test_a_preflight_succeeds_regardless_of_the_reply(
    workers: tuple[Server, Server], uuid: str
) -> None:
    put(
        workers[0],
        uuid,
        status=503,
        headers=[["Access-Control-Allow-Origin", "https://app.example"]],
    )
    response = ask(workers[1], "OPTIONS", f"/{uuid}", *PREFLIGHT)
    assert (response.status, response.headers["access-control-allow-methods"]) == (200, "PUT")
    assert response.headers["access-control-allow-origin"] == "https://app.example"
    response = ask(workers[1], "PUT", f"/{uuid}")
    assert response.headers["access-control-allow-origin"] == "https://app.example"


def test_a_callback_without_cors_sends_no_cors_headers(
    workers: tuple[Server, Server], uuid: str
) -> None:
    put(workers[0], uuid, status=201, cors=False)
    for method in ("OPTIONS", "PUT"):
        response = ask(workers[1], method, f"/{uuid}", *PREFLIGHT)
        assert response.status == 201
        assert not [name for name in response.headers if name.startswith("access-control-")]


CREDENTIALED = {
    "access-control-allow-origin": "https://app.example",
    "access-control-allow-credentials": "true",
    "vary": "Origin",
}


def cors_of(response: Response) -> dict[str, str]:
    """Return the headers about origins and credentials."""
    return {name: value for name, value in response.headers.items() if name in CREDENTIALED}


def test_every_response_allows_credentials_for_the_origin(
    workers: tuple[Server, Server], uuid: str
) -> None:
    for path, body in (("", b""), ("/status/503", b""), ("", b"x" * (2**20 + 1))):
        lines = ("Origin: https://app.example",)
        response = ask(workers[1], "POST", f"/{uuid}{path}", *lines, body=body)
        assert cors_of(response) == CREDENTIALED, response.status
    assert cors_of(ask(workers[1], "OPTIONS", f"/{uuid}", *PREFLIGHT)) == CREDENTIALED
    put(workers[0], uuid, status=201, headers=[["access-control-allow-credentials", "false"]])
    for method in ("POST", "OPTIONS"):
        assert cors_of(ask(workers[1], method, f"/{uuid}", *PREFLIGHT)) == CREDENTIALED
    malformed = f"POST /{uuid} HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example\r\n"
    malformed += "Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    assert cors_of(send(workers[1].address, malformed.encode())) == CREDENTIALED


@pytest.mark.parametrize("origin", ["null", "http://[::1]:8000"])
def test_an_origin_is_echoed_unchanged(memory_server: Server, uuid: str, origin: str) -> None:
    response = ask(memory_server, "POST", f"/{uuid}", f"Origin: {origin}")
    assert cors_of(response) == CREDENTIALED | {"access-control-allow-origin": origin}


def test_without_a_valid_origin_every_origin_is_allowed(memory_server: Server, uuid: str) -> None:
    for lines in ((), ("Origin: a b",), ("Origin: \xff",), (f"Origin: {'a' * 999}",)):
        response = ask(memory_server, "POST", f"/{uuid}", *lines)
        assert cors_of(response) == {"access-control-allow-origin": "*"}


def test_cors_headers_of_a_reply_are_kept(workers: tuple[Server, Server], uuid: str) -> None:
    own = {
        "access-control-allow-origin": "https://own.example",
        "access-control-allow-credentials": "true",
    }
    put(workers[0], uuid, headers=[*map(list, own.items())])
    for method in ("POST", "OPTIONS"):
        assert cors_of(ask(workers[1], method, f"/{uuid}", *PREFLIGHT)) == own
    lines = [*map(list, own.items()), ["Access-Control-Allow-Headers", "x-a"], ["Vary", "Origin"]]
    put(workers[0], uuid, headers=lines, cors=False)
    for method in ("POST", "OPTIONS"):
        response = ask(workers[1], method, f"/{uuid}", *PREFLIGHT)
        assert cors_of(response) == own | {"vary": "Origin"}
        assert response.headers["access-control-allow-headers"] == "x-a"
        assert "access-control-allow-methods" not in response.headers


def test_the_api_sends_no_cors_headers(memory_server: Server, uuid: str) -> None:
    for method, path in (("GET", "reply"), ("OPTIONS", "reply"), ("DELETE", "requests/x/response")):
        response = ask(memory_server, method, f"/api/callbacks/{uuid}/{path}", *PREFLIGHT)
        assert not [name for name in response.headers if name.startswith("access-control-")]


def test_a_callback_without_cors_sends_no_cors_headers_with_any_status(
    workers: tuple[Server, Server], uuid: str
) -> None:
    put(workers[0], uuid, cors=False)
    for path, body in (("/status/503", b""), ("", b"x" * (2**20 + 1))):
        response = post(workers[1].address, f"/{uuid}{path}", body)
        assert response.status in (503, 413)
        assert "access-control-allow-origin" not in response.headers


# Delayed responses


def test_a_delayed_response_does_not_delay_others(
    workers: tuple[Server, Server], uuid: str
) -> None:
    put(workers[0], uuid, status=202, delay=5)
    with PacketViewer(workers[0].url, auth={"uuid": uuid}) as viewer:
        viewer.event("joined")
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(post, workers[1].address, f"/{uuid}")
            assert viewer.event("request")["seq"] == 1
            assert post(workers[1].address, f"/{uuid}/status/200").status == 200
            assert not late.done()
            assert late.result().status == 202
        responses = [viewer.event("responded")["seq"] for _ in range(2)]
        assert responses == [2, 1]


def test_at_most_a_hundred_responses_are_delayed_at_once(uuid: str) -> None:
    with Server() as server:
        put(server, uuid, status=202, delay=30)
        with PacketViewer(server.url, auth={"uuid": uuid}) as viewer:
            viewer.event("joined")
            with ThreadPoolExecutor(100) as pool:
                pending = [pool.submit(post, server.address, f"/{uuid}") for _ in range(100)]
                viewer.requests(100)
                assert post(server.address, f"/{uuid}").status == 202
                assert not any(one.done() for one in pending)
                server.terminate()  # a worker that shuts down releases its senders
                assert {one.result().status for one in pending} == {202}


# Refused replies


def test_a_stored_reply_that_is_invalid_is_ignored(redis: Redis, uuid: str) -> None:
    kept = {"reply": '{"status": 418, "headers": [["Set-Cookie", "x"]]}'}
    redis.client.hset(f"webhook-logger:{{{uuid}}}:reply", mapping=kept)
    with Server(REDIS_URL=redis.url) as server:
        response = post(server.until_ready().address, f"/{uuid}")
        assert (response.status, response.headers["webhook-viewers"]) == (200, "0")
        assert json.loads(api(server, "GET", uuid).body)["status"] == 200
    redis.client.delete(f"webhook-logger:{{{uuid}}}:reply")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", None),
        (b"nonsense", None),
        (b'{"status": 99}', "status"),
        (b'{"headers": [["Set-Cookie", "a=b"]]}', "headers"),
        (b'{"headers": [["A", "b\\r\\nSet-Cookie: c"]]}', "headers"),
        (b'{"colour": "red"}', "colour"),
        (b'{"": "red"}', ""),
    ],
)
def test_an_invalid_reply_is_refused_with_its_field(
    memory_server: Server, uuid: str, body: bytes, field: str | None
) -> None:
    response = api(memory_server, "PUT", uuid, body)
    error = json.loads(response.body)["error"]
    assert (response.status, error["reason"]) == (400, "reply_invalid")
    assert error.get("field") == field
    assert post(memory_server.address, f"/{uuid}").status == 200


@pytest.mark.parametrize("framing", ["length", "chunks"])
def test_a_reply_that_is_too_large_is_refused(
    memory_server: Server, uuid: str, framing: str
) -> None:
    path, body = f"/api/callbacks/{uuid}/reply", b" " * 600_000
    if framing == "length":
        response = ask(memory_server, "PUT", path, body=body)
    else:
        chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        response = send(memory_server.address, head.encode() + chunked)
    assert response.status == 413


def test_other_methods_and_malformed_uuids_are_refused(memory_server: Server, uuid: str) -> None:
    assert api(memory_server, "POST", uuid, b"{}").status == 405
    for name in ("x", uuid[:-1], f"{uuid}0", "%00"):
        assert api(memory_server, "GET", name).status == 404


def test_changes_of_replies_are_limited_per_address(uuid: str) -> None:
    with Server(MAX_REPLY_CHANGES_PER_MINUTE=2) as server:
        put(server, uuid, status=500)
        assert api(server, "DELETE", uuid).status == 204
        response = api(server, "PUT", uuid, b"{}")
        assert (response.status, 0 < int(response.headers["retry-after"]) <= 60) == (429, True)
        assert api(server, "GET", uuid).status == 200
