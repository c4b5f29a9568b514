"""`listen --forward --respond` returns the target's response to the sender."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.support.command import Command
from tests.support.endpoint import Endpoint
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import Redis, Server, free_port
from tests.support.sender import post, send

LIVE = "Senders receive the target's responses."


@pytest.fixture(scope="module")
def hasty() -> Iterator[Server]:
    """Return a server that waits one second for responses."""
    with Server(RESPONSE_TIMEOUT=1) as server:
        yield server


@pytest.fixture(scope="module")
def patient() -> Iterator[Server]:
    """Return a server that waits longer for responses than any test."""
    with Server(RESPONSE_TIMEOUT=30) as server:
        yield server


def listen_to(server: Server, uuid: str, *arguments: str) -> Command:
    """Run `listen`. Its target may take as long as any test waits, unless `arguments` limit it."""
    limit = ("--forward-timeout", str(PATIENCE_SECONDS))
    return Command("listen", f"{server.url}/{uuid}", "--respond", *limit, *arguments)


def test_the_sender_gets_the_status_headers_and_body_of_the_target(
    server: Server, uuid: str
) -> None:
    response = (
        b"HTTP/1.1 422 Unprocessable Entity\r\nContent-Type: application/json\r\nX-Dup: 1\r\n"
        b"X-Dup: 2\r\nSet-Cookie: a=b\r\nDate: today\r\nContent-Length: 4\r\n\r\n\x00\xff{}"
    )
    with Endpoint(lambda _: response) as endpoint:
        with listen_to(server, uuid, "--forward", endpoint.url, "--count", "2") as listen:
            listen.notes.until(LIVE)
            for _ in range(2):
                got = post(server.address, f"/{uuid}/a", b"x")
                assert (got.status, got.body) == (422, b"\x00\xff{}")
                assert got.headers["x-dup"] == "1, 2"
                assert got.headers["content-type"] == "application/json"
                assert "set-cookie" not in got.headers
                assert got.headers["webhook-viewers"] == "1"
            assert listen.wait() == 0
    assert listen.notes.all.count("A reply cannot set Set-Cookie. It is left out.") == 1
    assert listen.out.all.count("  422  4 B  ") == 2
    assert listen.out.all.count("  responded") == 2


def test_a_response_may_reach_any_worker(two_workers: tuple[Server, Server], uuid: str) -> None:
    one, other = two_workers
    with Endpoint() as endpoint:
        with listen_to(one, uuid, "--forward", endpoint.url) as listen:
            listen.notes.until(LIVE)
            assert post(other.address, f"/{uuid}").body == b"ok"


def test_a_head_request_and_a_response_without_a_body_are_passed_on(
    memory_server: Server, uuid: str
) -> None:
    none = b"HTTP/1.1 204 No Content\r\n\r\n"
    with Endpoint(lambda _: none) as endpoint:
        with listen_to(memory_server, uuid, "--forward", endpoint.url) as listen:
            listen.notes.until(LIVE)
            head = b"HEAD /%b HTTP/1.1\r\nHost: h\r\n\r\n" % uuid.encode()
            assert send(memory_server.address, head).status == 204
            assert post(memory_server.address, f"/{uuid}").status == 204


def test_a_sender_gets_502_at_once_if_the_target_refuses_connections(
    patient: Server, uuid: str
) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    with listen_to(patient, uuid, "--forward", gone) as listen:
        listen.notes.until(LIVE)
        assert post(patient.address, f"/{uuid}/status/418").status == 418
        got = post(patient.address, f"/{uuid}")
        assert (got.status, got.headers["webhook-viewers"]) == (502, "1")
        assert "  responded with 502" in listen.out.until("#2 POST")
        assert listen.notes.until("#1") == "#1: the sender received 418 chosen by its path."


def test_on_failure_reply_uses_the_callbacks_reply_at_once(patient: Server, uuid: str) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    with listen_to(patient, uuid, "--forward", gone, "--on-failure", "reply") as listen:
        listen.notes.until(LIVE)
        assert post(patient.address, f"/{uuid}").status == 200
        assert "declined: the callback's reply is used" in listen.out.until("#1 POST")
        assert listen.notes.until("#1") == "#1: the sender received 200 from the callback's reply."


def test_every_failure_of_the_target_is_an_error_for_the_sender(patient: Server, uuid: str) -> None:
    hang = threading.Event()

    def hung(request: bytes) -> bytes:
        hang.wait(PATIENCE_SECONDS)
        return b""

    responses = {
        "/cut": lambda _: b"",
        "/half": lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
        "/garbage": lambda _: b"SSH-2.0\r\n\r\n",
        "/late": hung,
    }

    def respond(request: bytes) -> bytes:
        return responses[request.split(b" ")[1].decode()](request)

    with Endpoint(respond) as endpoint:
        arguments = ("--forward", endpoint.url, "--in-order")
        with listen_to(patient, uuid, *arguments, "--forward-timeout", "60") as listen:
            listen.notes.until(LIVE)
            for path in ("/cut", "/garbage", "/../x"):
                assert post(patient.address, f"/{uuid}{path}").status == 502
        uuid = str(uuid4())
        with listen_to(patient, uuid, *arguments, "--forward-timeout", "1") as listen:
            listen.notes.until(LIVE)
            with ThreadPoolExecutor(3) as senders:  # one of them waits in the queue
                late = [
                    senders.submit(post, patient.address, f"/{uuid}{path}")
                    for path in ("/half", "/late", "/late")
                ]
                assert [sent.result().status for sent in late] == [504] * 3
            listen.out.until("too late: the sender already got 504")
        hang.set()


def test_ctrl_c_sends_an_error_to_waiting_senders(patient: Server, uuid: str) -> None:
    hang = threading.Event()

    def late(request: bytes) -> bytes:
        hang.wait(PATIENCE_SECONDS)
        return b""

    with Endpoint(late) as endpoint, ThreadPoolExecutor(3) as senders:
        with listen_to(patient, uuid, "--forward", endpoint.url, "--in-order") as listen:
            listen.notes.until(LIVE)
            posts = [senders.submit(post, patient.address, f"/{uuid}") for _ in range(3)]
            for number in (1, 2, 3):
                listen.out.until(f"#{number}")
            assert listen.interrupt() == 130
            assert [sent.result().status for sent in posts] == [502] * 3
        hang.set()
    assert " still on the way to a target." in listen.notes.all


def test_a_response_that_the_server_rejects_is_declined_and_reported(uuid: str) -> None:
    line = b"X: " + b"y" * 9000
    responses = {
        "/large": b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901",
        "/line": b"HTTP/1.1 200 OK\r\n" + line + b"\r\nContent-Length: 0\r\n\r\n",
        "/600": b"HTTP/1.1 600 What\r\nContent-Length: 0\r\n\r\n",
    }

    def respond(request: bytes) -> bytes:
        return responses[request.split(b" ")[1].decode()]

    with Server(RESPONSE_TIMEOUT=30, MAX_BODY_BYTES=10) as server, Endpoint(respond) as endpoint:
        with listen_to(server, uuid, "--forward", endpoint.url) as listen:
            listen.notes.until(LIVE)
            for path, status in (("/large", 413), ("/line", 400), ("/600", 400)):
                got = post(server.address, f"/{uuid}{path}")
                assert (got.status, got.body) == (200, b"")
                words = f"not sent: The server responded with {status}: "
                assert words in listen.out.until(f"{path} →")


def test_a_response_that_is_too_large_for_the_client_is_declined(
    patient: Server, uuid: str
) -> None:
    large = b"HTTP/1.1 201 OK\r\nContent-Length: %d\r\n\r\n" % 2**25 + bytes(2**25)
    with Endpoint(lambda _: large) as endpoint:
        with listen_to(patient, uuid, "--forward", endpoint.url) as listen:
            listen.notes.until(LIVE)
            assert post(patient.address, f"/{uuid}").status == 200
            assert "The response is larger than 16,777,216 bytes" in listen.out.until("declined")


def test_senders_of_filtered_requests_do_not_wait(patient: Server, uuid: str) -> None:
    with Endpoint() as endpoint:
        arguments = ("--forward", endpoint.url, "--filter", "orders")
        with listen_to(patient, uuid, *arguments) as listen:
            listen.notes.until(LIVE)
            assert post(patient.address, f"/{uuid}/refunds").body == b""
            assert post(patient.address, f"/{uuid}/orders").body == b"ok"


def test_a_late_response_is_reported(hasty: Server, uuid: str) -> None:
    go = threading.Event()

    def slow(request: bytes) -> bytes:
        go.wait(PATIENCE_SECONDS)
        return b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"

    with Endpoint(slow) as endpoint:
        with listen_to(hasty, uuid, "--forward", endpoint.url) as listen:
            listen.notes.until(LIVE)
            assert post(hasty.address, f"/{uuid}").status == 200
            go.set()
            assert "not sent: the sender no longer waits" in listen.out.until("→")


def test_the_first_of_several_targets_responds(memory_server: Server, uuid: str) -> None:
    no = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
    with Endpoint() as one, Endpoint(lambda _: no) as other:
        targets = ("--forward", one.url, "--forward", other.url)
        with listen_to(memory_server, uuid, *targets, "--count", "1") as listen:
            listen.notes.until(LIVE)
            assert post(memory_server.address, f"/{uuid}").body == b"ok"
            assert listen.wait() == 0
    assert listen.out.all.count("responded") == 1


def test_one_viewer_responds_at_a_time_and_the_next_takes_over(redis: Redis, uuid: str) -> None:
    second = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
    with (
        Server(REDIS_URL=redis.url, RESPONSE_TIMEOUT=30) as server,
        Endpoint() as a,
        Endpoint(lambda _: second) as b,
    ):
        with listen_to(server.until_ready(), uuid, "--forward", a.url) as first:
            first.notes.until(LIVE)
            with listen_to(server, uuid, "--forward", b.url) as waiting:
                assert "do not receive the target's responses: " in waiting.notes.until("Senders")
                assert post(server.address, f"/{uuid}").status == 200
                assert first.interrupt() == 130
                waiting.notes.until(LIVE)
                assert post(server.address, f"/{uuid}").status == 202
