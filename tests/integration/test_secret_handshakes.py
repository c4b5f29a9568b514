"""Handshakes that need a secret: their senders wait for viewers that have it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.integration.test_handshakes import HANDSHAKES, OPEN, ask_as, source
from tests.integration.test_replies import put, text
from tests.providers.vectors import content_of
from tests.support.patience import eventually
from tests.support.polling import PollingViewer
from tests.support.processes import Redis, Server
from tests.support.responders import Responder, give
from tests.support.sender import Response, post
from tests.support.viewers import PacketViewer

SECRET = next(each for each in HANDSHAKES if each["handshake"] and "secret" in each["handshake"])


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def join_both(here: Server, there: Server, uuid: str) -> tuple[Responder, Responder]:
    """Join with two viewers that respond to handshakes, one on each worker."""
    viewers = Responder(here, uuid, respond=False), Responder(there, uuid, respond=False)
    for viewer in viewers:
        assert viewer.join(uuid, respond="handshakes")["ok"]
    return viewers


def claim(viewer: PacketViewer, uuid: str) -> None:
    """Claim the role for handshakes, and skip events until the acknowledgement."""
    viewer.write(f'420["join",{{"uuid":"{uuid}","respond":"handshakes"}}]')
    while viewer.packet()[0] != "430":
        pass


def asking(pool: ThreadPoolExecutor, server: Server, uuid: str) -> Future[Response]:
    return pool.submit(ask_as, SECRET, server, uuid)


def test_viewers_on_all_workers_see_a_handshake_and_the_first_response_wins(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    first, second = join_both(here, there, uuid)
    with first, second:
        waiting = asking(pool, there, uuid)
        requests = first.request(), second.request()
        assert give(there, requests[0], b"proof", status=201).status == 204
        assert give(here, requests[1], b"late").status == 409
        assert (waiting.result().status, waiting.result().body) == (201, b"proof")
        assert source(first) == source(second) == "responder"


def test_ordinary_senders_and_handshakes_without_a_secret_do_not_wait_for_them(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    first, second = join_both(here, there, uuid)
    with first, second:
        eventually(lambda: post(there.address, f"/{uuid}").headers["webhook-viewers"] == "2")
        assert ask_as(OPEN, there, uuid).body == content_of(OPEN["handshake"]["body"])
        last = ""
        while (by := first.event("responded")["by"]) != "handshake":
            last = by
        assert last == "default"


def test_a_handshake_waits_until_the_last_viewer_leaves(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    first, second = join_both(here, there, uuid)
    with first, second:
        waiting = asking(pool, there, uuid)
        request = second.request()
        first.end()
        assert give(here, request, b"proof").status == 204
        assert waiting.result().body == b"proof"
        waiting = asking(pool, there, uuid)
        second.request()
        assert second.call("leave", uuid=uuid)["ok"]
        assert waiting.result().status == 200
    assert ask_as(SECRET, here, uuid).status == 200


def test_a_viewer_can_use_long_polling(server: Server, uuid: str, pool: ThreadPoolExecutor) -> None:
    with PollingViewer(server.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        claim(viewer, uuid)
        waiting = asking(pool, server, uuid)
        [request] = viewer.requests(1)
        assert give(server, request, b"proof").status == 204
        assert waiting.result().body == b"proof"


def test_a_viewer_gives_the_role_up_by_joining_again(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with Responder(here, uuid, respond=False) as viewer:
        assert viewer.join(uuid, respond="handshakes")["ok"]
        with Responder(there, uuid) as responder:
            assert responder.joined["ok"], "the roles do not exclude each other"
            assert viewer.join(uuid, respond=True)["reason"] == "responder_taken"
            waiting = asking(pool, there, uuid)
            request = viewer.request()
            responder.end()
            assert give(here, request, b"proof").status == 204
            assert waiting.result().body == b"proof"
        waiting = asking(pool, there, uuid)
        viewer.request()
        assert viewer.join(uuid)["ok"]
        assert waiting.result().status == 200


def test_auth_cannot_claim_and_a_wrong_value_is_refused(server: Server, uuid: str) -> None:
    with PacketViewer(server.url, {"uuid": uuid, "respond": "handshakes"}) as viewer:
        viewer.event("joined")
        assert ask_as(SECRET, server, uuid).status == 200
        assert source(viewer) == "default"
    with Responder(server, uuid, respond=False) as viewer:
        for wrong in ("handshake", "", 1, None, ["handshakes"]):
            assert viewer.join(uuid, respond=wrong)["reason"] == "message_malformed"


def test_a_handshake_waits_as_long_as_the_provider_when_its_viewers_worker_is_killed(
    redis: Redis, uuid: str, pool: ThreadPoolExecutor
) -> None:
    with Server(REDIS_URL=redis.url) as there:
        with Server(REDIS_URL=redis.url, RESPONSE_TIMEOUT=1) as here:
            put(there.until_ready(), uuid, status=418, body=text("later"))
            with Responder(there, uuid, respond=False) as viewer:
                assert viewer.join(uuid, respond="handshakes")["ok"]
                waiting = asking(pool, here.until_ready(), uuid)
                viewer.request()
                there.end(kill=True)
                assert waiting.result().status == 418


def test_a_second_connection_responds_to_handshakes_before_the_first_one_ends(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with Responder(here, uuid, respond=False) as first:
        assert first.join(uuid, respond="handshakes")["ok"]
        waiting = asking(pool, there, uuid)
        request = first.request()
        position = {name: first.joined[name] for name in ("uuid", "epoch", "seq")}
        with PacketViewer(there.url, {**position, "replaces": first.sid}) as other:
            other.event("joined")
            claim(other, uuid)
            first.end()
            assert give(there, request, b"proof").status == 204
            assert waiting.result().body == b"proof"
            waiting = asking(pool, here, uuid)
            [request] = other.requests(1)
            assert give(here, request, b"again").status == 204
            assert waiting.result().body == b"again"
