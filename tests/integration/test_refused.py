"""Refused requests are reported to the callback's viewers and counted in the metrics."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from uuid import uuid4

from tests.integration.malformed import MALFORMED, TOO_LARGE, UUID
from tests.integration.test_malformed import SMUGGLED
from tests.support.processes import Server
from tests.support.sender import Sender, post
from tests.support.viewers import PacketViewer, Viewer
from webhook_logger.errors import Reason

U = b"<uuid>"
GOOD = b"POST /<uuid> HTTP/1.1\r\nHost: h\r\n"

# Malformed requests of real devices and services, refused before or after a valid head.
REFUSED = [
    (b"POST /<uuid> HTTP/1.1\nHost: h\n\n", "bare_line_feed"),
    (b"GET /<uuid>/\x00 HTTP/1.1\r\nHost: h\r\n\r\n", "control_character"),
    (b"GET /<uuid>?q=two words HTTP/1.1\r\nHost: h\r\n\r\n", "request_line_malformed"),
    (b"GET <uuid> HTTP/1.1\r\nHost: h\r\n\r\n", "target_malformed"),
    (b"GET /<uuid>?" + b"x" * 9000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", "target_too_long"),
    (GOOD + b"A: b\r\n c\r\n\r\n", "headers_malformed"),
    (GOOD + b"Host: i\r\n\r\n", "host_malformed"),
    (GOOD + b"A: b\r\n" * 1001 + b"\r\n", "too_many_headers"),
    (GOOD + b"A: " + b"b" * 70_000 + b"\r\n\r\n", "headers_too_large"),
    (GOOD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "chunk_malformed"),
    (GOOD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nA\r\n\r\n", "trailer_malformed"),
    (b"POST //<uuid>/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "not_found"),
    (b"POST /<uuid>%0A HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "not_found"),
    (b"POST /<uuid>%20 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "not_found"),
]


def refuse(server: Server, raw: bytes) -> None:
    """Send the bytes and read until the server closes the connection."""
    with Sender(server.address) as sender:
        with suppress(ConnectionError):  # the server may close while we still send
            sender.send(raw)
        sender.rest()


def test_viewers_receive_the_reason_of_a_refused_request_without_its_content(
    workers: tuple[Server, Server],
) -> None:
    viewers_worker, senders_worker = workers
    expected = {str(uuid4()): row for row in REFUSED}
    before = Counter(senders_worker.refusals())
    with PacketViewer(viewers_worker.url, {}) as viewer:
        for number, uuid in enumerate(expected):
            viewer.write(f'42{number}["join",{{"uuid":"{uuid}"}}]')
        while viewer.packet()[0] != f"43{len(expected) - 1}":
            pass
        for uuid, (raw, _) in expected.items():
            refuse(senders_worker, raw.replace(U, uuid.encode()))
            refuse(senders_worker, raw.replace(U, str(uuid4()).encode()))  # without viewers
        received = {}
        while len(received) < len(expected):
            payload = viewer.event("refused")
            received[payload.pop("uuid")] = payload
    for uuid, (_, word) in expected.items():
        reason = Reason[word.upper()]
        why = {"status": reason.status, "reason": word, "message": reason.meaning}
        assert received[uuid] == {"count": 1, **why}
    counted = Counter(senders_worker.refusals()) - before
    assert counted == Counter({word: 0 for _, word in REFUSED}) + Counter(
        word for _, word in REFUSED * 2
    )


def test_many_refused_requests_are_reported_together_and_have_no_seq(
    workers: tuple[Server, Server], uuid: str
) -> None:
    viewers_worker, senders_worker = workers
    with PacketViewer(viewers_worker.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        for _ in range(30):
            assert post(senders_worker.address, f"//{uuid}").status == 404
        counts = [viewer.event("refused")["count"]]
        while sum(counts) < 30:
            counts.append(viewer.event("refused")["count"])
        assert sum(counts) == 30
        assert post(senders_worker.address, f"/{uuid}").headers["webhook-viewers"] == "1"
        assert viewer.requests(1)[0]["seq"] == 1, "a refused request has no seq"


def test_malformed_requests_are_counted_and_reported_if_they_name_a_callback(
    memory_server: Server,
) -> None:
    refused = (*MALFORMED.values(), *(raw for _, raw in TOO_LARGE.values()))
    raws = [raw + SMUGGLED for raw in refused]
    naming = [raw for raw in raws if UUID.encode() in raw[:512].lstrip().partition(b"\n")[0]]
    before = Counter(memory_server.refusals())
    with Viewer(memory_server.url, uuid=UUID) as viewer:  # responds to pings meanwhile
        viewer.event("joined")
        for raw in raws:
            refuse(memory_server, raw)
        reported = 0
        while reported < len(naming):
            reported += viewer.event("refused")["count"]
        assert reported == len(naming)
    assert (Counter(memory_server.refusals()) - before).total() == len(raws)


def test_refused_requests_to_the_api_and_pages_are_counted_only(
    memory_server: Server, uuid: str
) -> None:
    before = Counter(memory_server.refusals())
    with PacketViewer(memory_server.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        assert post(memory_server.address, f"/view/{uuid}").status == 405
        assert post(memory_server.address, f"/api/callbacks/{uuid}/nothing").status == 404
        post(memory_server.address, f"/{uuid}")
        assert viewer.events(1, aside=("viewers",))[0][0] == "request"
    after = Counter(memory_server.refusals()) - before
    assert after == {"method_not_allowed": 1, "not_found": 1}
