"""A second connection replaces a viewer's first one, on the same worker or on another one."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.support.patience import eventually
from tests.support.processes import Redis, Server
from tests.support.responders import Responder, give
from tests.support.sender import post
from tests.support.viewers import PacketViewer, Wire

CUT_OFF = 'viewers_cut_off_total{reason="draining"}'


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


@pytest.fixture(scope="module", params=["memory_server", "redis", "one worker"])
def workers(request: pytest.FixtureRequest) -> tuple[Server, Server]:
    """The workers of the first and of the second connection."""
    if request.param == "memory_server":
        server = request.getfixturevalue("memory_server")
        return server, server
    workers: tuple[Server, Server] = request.getfixturevalue("two_workers")
    return workers if request.param == "redis" else (workers[0], workers[0])


def handed_over(server: Server) -> float:
    return server.metrics()["viewers_handed_over_total"]


def second(server: Server, first: PacketViewer, joined: Wire) -> PacketViewer:
    """Connect with the position of the first connection, and replace it."""
    position = {name: joined[name] for name in ("uuid", "epoch", "seq")}
    return PacketViewer(server.url, {**position, "replaces": first.sid})


def counted(server: Server, uuid: str) -> int:
    return int(post(server.address, f"/{uuid}").headers["webhook-viewers"])


def test_one_viewer_is_counted_and_both_connections_receive_requests(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    before, gaps = handed_over(here), there.metrics()["gaps_total"]
    with PacketViewer(here.url, {"uuid": uuid}) as first:
        joined = first.event("joined")
        eventually(lambda: counted(there, uuid) == 1)
        with second(there, first, joined) as other:
            rejoined = other.event("joined")
            assert rejoined["viewers"] == 1
            assert rejoined["missed"] == rejoined["seq"] - joined["seq"] > 0
            assert there.metrics()["gaps_total"] == gaps, "the first receives them"
            eventually(lambda: counted(there, uuid) == counted(here, uuid) == 1)
            eventually(lambda: handed_over(here) == before + 1)
            last = post(here.address, f"/{uuid}/last")
            assert last.headers["webhook-viewers"] == "1"
            seqs = [first.event("request")["seq"]]
            while (request := first.event("request"))["subpath"] != "/last":
                seqs.append(request["seq"])
            seqs.append(request["seq"])
            assert seqs == list(range(1, seqs[-1] + 1)), "the first still receives everything"
            while (request := other.event("request"))["subpath"] != "/last":
                pass
            assert request["seq"] == seqs[-1]
            first.end()
            eventually(lambda: counted(here, uuid) == 1)
    eventually(lambda: counted(there, uuid) == 0)


def test_other_viewers_see_no_change_of_their_number(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with PacketViewer(here.url, {"uuid": uuid}) as first:
        joined = first.event("joined")
        with PacketViewer(there.url, {"uuid": uuid}) as watcher:
            watcher.event("joined")
            eventually(lambda: counted(there, uuid) == counted(here, uuid) == 2)
            with second(there, first, joined) as other:
                assert other.event("joined")["viewers"] == 2
                first.end()
                eventually(lambda: counted(there, uuid) == counted(here, uuid) == 2)
                with PacketViewer(there.url, {"uuid": uuid}) as third:
                    third.event("joined")
                    eventually(lambda: counted(here, uuid) == 3)
                    numbers = []
                    while 3 not in numbers:
                        numbers.append(watcher.event("viewers")["viewers"])
                    # The watcher may still get the number from before its own join was known.
                    assert set(numbers) <= {2, 3}


def test_the_role_of_responder_moves_and_pending_senders_get_their_responses(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with Responder(here, uuid) as first:
        pending = pool.submit(post, there.address, f"/{uuid}")
        request = first.request()
        with second(there, first, first.joined) as other:
            other.event("joined")
            first.end()  # its end does not release the sender
            assert give(there, request, b"live").status == 204
            assert pending.result().body == b"live"
            pending = pool.submit(post, here.address, f"/{uuid}")
            [request] = other.requests(1)
            if request["seq"] == 1:  # it is after the position of the first
                [request] = other.requests(1)
            assert give(here, request, b"again").status == 204
            assert pending.result().body == b"again"
            with Responder(here, uuid) as third:
                assert third.joined["reason"] == "responder_taken"
        # When the second connection leaves, the role is free.
        eventually(lambda: claims(here, uuid))


def claims(server: Server, uuid: str) -> bool:
    with Responder(server, uuid) as another:
        return bool(another.joined["ok"])


def test_a_replacing_viewer_may_claim_the_role_that_it_has(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with Responder(here, uuid) as first, Responder(there, uuid, respond=False) as other:
        assert other.join(uuid, respond=True)["reason"] == "responder_taken"
        assert other.join(uuid, respond=True, replaces="unknown")["reason"] == "responder_taken"
        assert other.join(uuid, respond=True, replaces=first.sid)["ok"] is True
        assert other.join(uuid, respond=True)["ok"] is True
        assert first.join(uuid, respond=True)["reason"] == "responder_taken"


def test_a_viewer_that_is_not_the_responder_takes_no_role(
    workers: tuple[Server, Server], uuid: str, pool: ThreadPoolExecutor
) -> None:
    here, there = workers
    with PacketViewer(here.url, {"uuid": uuid}) as first:
        joined = first.event("joined")
        with second(there, first, joined) as other:
            other.event("joined")
            assert post(here.address, f"/{uuid}").status == 200, "no responder"
            with Responder(here, uuid) as responder:
                assert responder.joined["ok"] is True
                with second(there, first, joined) as third:
                    third.event("joined")
                    pending = pool.submit(post, there.address, f"/{uuid}")
                    assert give(here, responder.request(), b"live").status == 204
                    assert pending.result().body == b"live"


@pytest.mark.parametrize("replaces", ["unknown", "", None, "'; drop", "-" * 64])
def test_an_unknown_viewer_is_not_replaced(
    workers: tuple[Server, Server], uuid: str, replaces: Any
) -> None:
    here, there = workers
    with PacketViewer(here.url, {"uuid": uuid}) as first:
        first.event("joined")
        with PacketViewer(there.url, {"uuid": uuid, "replaces": replaces}) as other:
            other.event("joined")
            eventually(lambda: counted(there, uuid) == counted(here, uuid) == 2)


def test_a_viewer_of_another_callback_is_not_replaced(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with Responder(here, uuid) as foreign:
        with PacketViewer(there.url, {"uuid": str(uuid4()), "replaces": foreign.sid}) as other:
            other.event("joined")
            assert foreign.join(uuid, respond=True) == {**foreign.joined, "viewers": 1}
            assert not claims(there, uuid)


@pytest.mark.parametrize("replaces", [1, True, {}, ["x"], "x" * 65, "\udfff", "é", "\x00"])
def test_a_malformed_replaces_is_refused(
    workers: tuple[Server, Server], uuid: str, replaces: Any
) -> None:
    here, there = workers
    with Responder(here, uuid, respond=False) as viewer:
        for respond in (False, True):
            response = viewer.join(uuid, respond=respond, replaces=replaces)
            assert response["reason"] == "message_malformed"
        assert claims(there, uuid)
    with PacketViewer(here.url, {"uuid": uuid, "replaces": replaces}) as viewer:
        kind, error = viewer.packet()
        assert (kind, error["data"]["reason"]) == ("44", "message_malformed")


def test_a_replaced_viewer_that_stays_counts_again_after_it_joins(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with Responder(here, uuid, respond=False) as first:
        with second(there, first, first.joined) as other:
            other.event("joined")
            eventually(lambda: counted(there, uuid) == counted(here, uuid) == 1)
            last = post(there.address, f"/{uuid}/last")
            while (request := first.request())["subpath"] != "/last":
                pass
            assert last.status == 200
            assert first.join(uuid, epoch=request["epoch"], seq=request["seq"])["missed"] == 0
            eventually(lambda: counted(there, uuid) == counted(here, uuid) == 2)
        eventually(lambda: counted(there, uuid) == counted(here, uuid) == 1)


def test_a_replaced_viewer_that_stays_counts_again_when_the_second_connection_ends(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with Responder(here, uuid, respond=False) as first, Responder(here, uuid, respond=False):
        eventually(lambda: counted(there, uuid) == counted(here, uuid) == 2)
        before = handed_over(here)
        with second(there, first, first.joined) as other:
            other.event("joined")
            eventually(lambda: handed_over(here) == before + 1)
            eventually(lambda: counted(there, uuid) == counted(here, uuid) == 2)
        with Responder(there, uuid, respond=False):
            eventually(lambda: counted(there, uuid) == counted(here, uuid) == 3)
        first.end()
        eventually(lambda: counted(there, uuid) == counted(here, uuid) == 1)


def test_a_viewer_that_replaces_another_one_instead_restores_the_first(
    workers: tuple[Server, Server], uuid: str
) -> None:
    here, there = workers
    with (
        Responder(here, uuid, respond=False) as first,
        Responder(here, uuid, respond=False) as second,
        Responder(there, uuid, respond=False) as third,
    ):
        for replaces in (first.sid, second.sid, "unknown"):
            third.join(uuid, replaces=replaces)
            number = 3 if replaces == "unknown" else 2
            eventually(lambda number=number: counted(there, uuid) == counted(here, uuid) == number)


def test_a_viewer_does_not_replace_itself(workers: tuple[Server, Server], uuid: str) -> None:
    here, there = workers
    with Responder(here, uuid) as viewer:
        assert viewer.join(uuid, respond=True, replaces=viewer.sid)["viewers"] == 1
        assert viewer.join(uuid, replaces=viewer.sid)["viewers"] == 1
        eventually(lambda: counted(there, uuid) == 1)


def test_a_worker_that_drains_hands_its_responder_over(
    redis: Redis, uuid: str, pool: ThreadPoolExecutor
) -> None:
    settings = {"REDIS_URL": redis.url, "RESPONSE_TIMEOUT": 30}
    with Server(**settings, DRAIN_SECONDS=60) as leaving, Server(**settings) as there:
        leaving.until_ready()
        there.until_ready()
        with Responder(leaving, uuid) as first:
            pending = [pool.submit(post, each.address, f"/{uuid}") for each in (leaving, there)]
            requests = first.requests(2)
            leaving.terminate()
            first.event("bye")
            with second(there, first, first.joined) as other:
                other.event("joined")
                eventually(lambda: handed_over(leaving) == 1)
                first.end()
                eventually(lambda: leaving.metrics()["viewers"] == 0)
                assert leaving.metrics()[CUT_OFF] == 0
                for request in requests:
                    assert give(there, request, b"live").status == 204
                assert [sender.result().body for sender in pending] == [b"live", b"live"]
        leaving.terminate()
