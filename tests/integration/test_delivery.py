"""Every viewer of a callback receives its requests in one order, with and without a queue."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from uuid import uuid4

from tests.support.patience import eventually
from tests.support.processes import Redis, Server
from tests.support.sender import Sender, post
from tests.support.viewers import PacketViewer, Viewer


def test_a_request_reaches_every_viewer_of_its_callback(server: Server, uuid: str) -> None:
    with Viewer(server.url, uuid=uuid) as one:
        assert one.event("joined")["viewers"] == 1
        with Viewer(server.url, uuid=uuid) as other:
            assert other.event("joined")["viewers"] == 2
            response = post(server.address, f"/{uuid}/orders?a=1", b'{"a": 1}')
            assert (response.status, response.headers["webhook-viewers"]) == (200, "2")
            seen = one.event("request")
            assert seen == other.event("request")
            assert seen["body"]["content"] == '{"a": 1}'


def test_a_request_does_not_reach_viewers_of_other_callbacks(server: Server, uuid: str) -> None:
    with Viewer(server.url, uuid=uuid) as viewer:
        viewer.event("joined")
        post(server.address, "/00000000-0000-4000-8000-000000000000")
        post(server.address, f"/{uuid}", b"mine")
        assert viewer.event("request")["body"]["content"] == "mine"


def test_a_callback_uuid_must_be_the_first_path_segment(server: Server, uuid: str) -> None:
    for path in (f"//{uuid}", f"/a/{uuid}", f"/%2F{uuid}"):
        assert post(server.address, path).status == 404


def test_seq_starts_at_one_and_has_no_gaps(server: Server, uuid: str) -> None:
    with PacketViewer(server.url, {"uuid": uuid}) as viewer:
        viewer.events(1)
        for _ in range(5):
            post(server.address, f"/{uuid}")
        requests = viewer.requests(5)
        assert [request["seq"] for request in requests] == [1, 2, 3, 4, 5]
        assert len({request["epoch"] for request in requests}) == 1
        assert len({request["id"] for request in requests}) == 5


def test_requests_are_counted_without_viewers(server: Server, uuid: str) -> None:
    assert post(server.address, f"/{uuid}").headers["webhook-viewers"] == "0"
    with Viewer(server.url, uuid=uuid) as viewer:
        joined = viewer.event("joined")
        assert (joined["seq"], joined["missed"]) == (1, 0)


def test_viewers_of_two_workers_receive_the_same_order(
    two_workers: tuple[Server, Server], uuid: str
) -> None:
    a, b = two_workers
    with PacketViewer(a.url, {"uuid": uuid}) as on_a, PacketViewer(b.url, {"uuid": uuid}) as on_b:
        on_a.events(1)
        on_b.events(1)
        with ThreadPoolExecutor(8) as senders:
            responses = senders.map(
                lambda n: post((a, b)[n % 2].address, f"/{uuid}/{n}").status, range(200)
            )
            assert set(responses) == {200}
        seen_on_a, seen_on_b = on_a.requests(200), on_b.requests(200)
        assert seen_on_a == seen_on_b
        assert [request["seq"] for request in seen_on_a] == list(range(1, 201))
        assert len({request["path"] for request in seen_on_a}) == 200


def test_a_worker_does_not_read_requests_of_callbacks_without_its_viewers(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as a, Server(REDIS_URL=redis.url) as b:
        other = str(uuid4())
        with Viewer(a.until_ready().url, uuid=uuid) as viewer, Viewer(b.until_ready().url) as else_:
            viewer.event("joined")
            assert else_.call("join", {"uuid": other})["ok"]
            assert else_.call("join", {"uuid": uuid})["ok"]
            assert else_.call("leave", {"uuid": uuid})["ok"]
            channel = f"webhook-logger:{{{uuid}}}:requests"
            eventually(lambda: redis.client.pubsub_numsub(channel)[0][1] == 1)
            for _ in range(10):
                post(b.address, f"/{uuid}")
                viewer.event("request")
            post(a.address, f"/{other}")
            else_.event("request")
            assert (a.metrics()["requests_read_total"], b.metrics()["requests_read_total"]) == (
                10,
                1,
            )
        eventually(lambda: redis.client.pubsub_channels("*requests") == [])


def test_viewers_are_counted_across_workers(two_workers: tuple[Server, Server], uuid: str) -> None:
    a, b = two_workers
    with Viewer(a.url, uuid=uuid) as on_a, Viewer(b.url, uuid=uuid) as on_b:
        on_a.event("joined")
        on_b.event("joined")
        for server in (a, b):
            eventually(
                lambda at=server.address: post(at, f"/{uuid}").headers["webhook-viewers"] == "2"
            )
    eventually(lambda: post(b.address, f"/{uuid}").headers["webhook-viewers"] == "0")


JOINS = 20


@contextmanager
def load(server: Server, uuid: str) -> Iterator[None]:
    """Run a sender that posts continuously."""
    request = f"POST /{uuid} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()
    stop = threading.Event()

    def keep_sending() -> None:
        with Sender(server.address) as sender:
            while not stop.is_set():
                sender.send(request)
                assert sender.response().status == 200

    with ThreadPoolExecutor(1) as senders:
        sending = senders.submit(keep_sending)
        try:
            yield
        finally:
            stop.set()
            sending.result()


def test_joining_is_exact_under_load(server: Server, uuid: str) -> None:
    """The first request after `joined` has the next seq."""
    with load(server, uuid):
        for _ in range(JOINS):
            with PacketViewer(server.url, {"uuid": uuid}) as viewer:
                (name, joined), *requests = viewer.events(4)
                assert name == "joined"
                first = joined["seq"] + 1
                assert [r["seq"] for _, r in requests] == [first, first + 1, first + 2]


def test_a_join_is_acknowledged_before_its_first_request(server: Server, uuid: str) -> None:
    with load(server, uuid):
        for _ in range(JOINS):
            with PacketViewer(server.url) as viewer:
                assert viewer.packet()[0] == "40"
                viewer.write('421["join",{"uuid":"' + uuid + '"}]')
                while (packet := viewer.packet())[0] == "42":
                    assert packet[1][0] == "viewers"
                kind, [response] = packet
                assert (kind, response["ok"]) == ("431", True)
                assert viewer.requests(1)[0]["seq"] == response["seq"] + 1


def test_viewers_are_notified_when_their_number_changes(
    two_workers: tuple[Server, Server], uuid: str
) -> None:
    a, b = two_workers
    with PacketViewer(a.url, {"uuid": uuid}) as watcher:
        watcher.event("joined")
        others = [PacketViewer(worker.url, {"uuid": uuid}) for worker in (a, b, b, b)]
        numbers = [0]
        while numbers[-1] != 5:
            payload = watcher.event("viewers")
            assert list(payload) == ["uuid", "viewers"]
            numbers.append(payload["viewers"])
        for other in others:
            other.cut_off()
        while numbers[-1] != 1:
            numbers.append(watcher.event("viewers")["viewers"])
        assert all(one != next_ for one, next_ in pairwise(numbers)), "only changes are sent"


def test_one_process_notifies_viewers_of_their_number(memory_server: Server, uuid: str) -> None:
    with PacketViewer(memory_server.url, {"uuid": uuid}) as watcher:
        watcher.event("joined")
        with PacketViewer(memory_server.url, {"uuid": uuid}):
            assert watcher.event("viewers") == {"uuid": uuid, "viewers": 2}
        assert watcher.event("viewers") == {"uuid": uuid, "viewers": 1}


def test_viewers_of_a_killed_worker_are_counted_for_at_most_30_seconds(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as a, Server(REDIS_URL=redis.url) as b:
        with PacketViewer(a.until_ready().url, {"uuid": uuid}) as stays:
            stays.event("joined")
            with PacketViewer(b.until_ready().url, {"uuid": uuid}) as goes:
                goes.event("joined")
                assert stays.event("viewers")["viewers"] == 2
                b.end(kill=True)
            assert stays.event("viewers")["viewers"] == 1
            assert post(a.address, f"/{uuid}").headers["webhook-viewers"] == "1"
