"""With recovery, a viewer that reconnects receives the requests that it missed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.support.flood import flood
from tests.support.patience import eventually
from tests.support.processes import Redis, Server
from tests.support.sender import post
from tests.support.viewers import PacketViewer, Viewer

RECOVERY = {
    "RECOVERY_SECONDS": 600,
    "RECOVERY_BYTES": 128 * 2**20,
    "MAX_REQUESTS_PER_SECOND": 0,
}


@pytest.fixture(scope="module", params=["memory", "redis"])
def workers(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Server]]:
    """One worker without a queue as both; then two workers with a queue. Recovery is on."""
    if request.param == "memory":
        with Server(**RECOVERY) as server:
            yield server, server
        return
    with Redis() as redis:
        settings = {"REDIS_URL": redis.url, **RECOVERY}
        with Server(**settings) as a, Server(**settings) as b:
            yield a.until_ready(), b.until_ready()


def position(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the position after an event, as in `auth`."""
    return {name: payload[name] for name in ("uuid", "epoch", "seq")}


def watched(server: Server, uuid: str) -> dict[str, Any]:
    """Watch a callback for a moment. Return the position of the viewer that left."""
    with PacketViewer(server.url, {"uuid": uuid}) as viewer:
        return position(viewer.event("joined"))


def seqs(viewer: PacketViewer, count: int) -> list[int]:
    return [request["seq"] for request in viewer.requests(count)]


def test_a_viewer_that_reconnects_receives_exactly_what_it_missed(
    workers: tuple[Server, Server], uuid: str
) -> None:
    a, b = workers
    with PacketViewer(a.url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        post(a.address, f"/{uuid}", b"1")
        seen = position(viewer.event("request"))
    for number in (2, 3, 4):
        post(a.address, f"/{uuid}", str(number).encode())
    with PacketViewer(b.url, seen) as viewer:
        joined = viewer.event("joined")
        assert (joined["seq"], joined["missed"], joined["recovered"]) == (1, 0, 3)
        assert joined["viewers"] == 1
        post(b.address, f"/{uuid}", b"5")
        bodies = [request["body"]["content"] for request in viewer.requests(4)]
        assert bodies == ["2", "3", "4", "5"]


def test_a_viewer_that_joins_again_for_a_role_still_recovers_everything(
    workers: tuple[Server, Server], uuid: str
) -> None:
    a, b = workers
    seen = watched(a, uuid)
    count = 40
    for _ in range(count):  # more than fits into the buffers of a connection
        post(a.address, f"/{uuid}", bytes(2**18))
    with PacketViewer(b.url, seen) as viewer:
        viewer.event("joined")
        viewer.write(f'420["join",{{"uuid":"{uuid}","respond":"handshakes"}}]')
        post(a.address, f"/{uuid}/last")
        received, joined = 0, {}
        while received <= count or not joined:
            kind, data = viewer.packet()
            if kind == "430":
                [joined] = data
                assert (joined["missed"], joined["seq"]) == (0, received)
                assert joined.get("recovered", 0) in (count - received, count + 1 - received)
            elif data[0] == "request":
                received += 1
                assert data[1]["seq"] == received


def test_a_viewer_without_a_position_receives_new_requests_only(
    workers: tuple[Server, Server], uuid: str
) -> None:
    server = workers[0]
    watched(server, uuid)
    post(server.address, f"/{uuid}")
    with PacketViewer(server.url, {"uuid": uuid}) as viewer:
        joined = viewer.event("joined")
        assert (joined["seq"], joined["missed"]) == (1, 0)
        assert "recovered" not in joined
        post(server.address, f"/{uuid}")
        assert seqs(viewer, 1) == [2]


def test_a_viewer_of_another_epoch_recovers_nothing(
    workers: tuple[Server, Server], uuid: str
) -> None:
    server = workers[0]
    watched(server, uuid)
    post(server.address, f"/{uuid}")
    with PacketViewer(server.url, {"uuid": uuid, "epoch": "another", "seq": 0}) as viewer:
        joined = viewer.event("joined")
        assert (joined["seq"], joined["missed"]) == (1, None)
        assert "recovered" not in joined


def test_the_acknowledgement_of_join_precedes_the_recovered_requests(
    workers: tuple[Server, Server], uuid: str
) -> None:
    server = workers[0]
    one, other = watched(server, uuid), watched(server, str(uuid4()))
    for _ in range(3):
        post(server.address, f"/{uuid}")
        post(server.address, f"/{other['uuid']}")
    with PacketViewer(server.url) as viewer:
        viewer.packet()
        for number, at in enumerate((one, other)):
            viewer.write(
                f'42{number}["join",{{"uuid":"{at["uuid"]}","epoch":"{at["epoch"]}","seq":0}}]'
            )
        before: dict[str, list[int]] = {}
        while sum(map(len, before.values())) < 6:
            kind, data = viewer.packet()
            if kind.startswith("43"):
                assert (data[0]["missed"], data[0]["recovered"]) == (0, 3)
                before[data[0]["uuid"]] = []
            elif data[0] == "request":
                before[data[1]["uuid"]].append(data[1]["seq"])
        assert before == {uuid: [1, 2, 3], other["uuid"]: [1, 2, 3]}


def test_python_socketio_recovers_with_join(workers: tuple[Server, Server], uuid: str) -> None:
    server = workers[0]
    at = watched(server, uuid)
    for _ in range(300):
        post(server.address, f"/{uuid}")
    with Viewer(server.url) as viewer:
        joined = viewer.call("join", at)
        assert (joined["seq"], joined["missed"], joined["recovered"]) == (0, 0, 300)
        assert [viewer.event("request")["seq"] for _ in range(300)] == list(range(1, 301))


def test_recovered_requests_precede_live_ones_under_load(
    workers: tuple[Server, Server], uuid: str
) -> None:
    a, b = workers
    at = watched(a, uuid)
    flood(a.address, f"/{uuid}", 2000)
    live = threading.Thread(target=flood, args=(b.address, f"/{uuid}", 2000))
    live.start()
    viewers = [PacketViewer(server.url, at) for server in (a, b, a, b)]
    for viewer in viewers:
        with viewer:
            joined = viewer.event("joined")
            assert (joined["seq"], joined["missed"]) == (0, 0)
            assert joined["recovered"] >= 2000
            assert seqs(viewer, 4000) == list(range(1, 4001))
    live.join()


def test_a_viewer_far_behind_recovers_more_than_its_queue_holds(
    workers: tuple[Server, Server], uuid: str
) -> None:
    a, b = workers
    at = watched(a, uuid)
    count, body = 250, b"x" * 200_000
    for _ in range(count):
        assert post(a.address, f"/{uuid}", body).status == 200
    before = b.metrics()
    with PacketViewer(b.url, at) as slow, PacketViewer(b.url, {"uuid": uuid}) as quick:
        # The slow viewer reads nothing yet, and the other one is live.
        quick.event("joined")
        post(a.address, f"/{uuid}", b"live")
        assert seqs(quick, 1) == [count + 1]
        assert slow.event("joined")["recovered"] == count
        assert seqs(slow, count + 1) == list(range(1, count + 2))
        post(a.address, f"/{uuid}", b"live")
        assert seqs(slow, 1) == seqs(quick, 1) == [count + 2]
    after = b.metrics()
    slow_cut = 'viewers_cut_off_total{reason="slow"}'
    assert after[slow_cut] == before[slow_cut]
    recovered = after["requests_recovered_total"] - before["requests_recovered_total"]
    assert recovered in (count, count + 1)
    delivered = after["requests_delivered_total"] - before["requests_delivered_total"]
    assert delivered == count + 4


def test_a_viewer_that_leaves_while_it_recovers_leaves_nothing_behind(
    workers: tuple[Server, Server], uuid: str
) -> None:
    server = workers[1]
    at = watched(server, uuid)
    for _ in range(100):
        post(server.address, f"/{uuid}", b"x" * 200_000)
    eventually(lambda: server.metrics()["rooms"] == 0)
    with PacketViewer(server.url, at) as viewer:
        viewer.event("joined")
        viewer.cut_off()
    eventually(lambda: server.metrics()["rooms"] == 0)
    with PacketViewer(server.url) as viewer:
        viewer.packet()
        viewer.write(f'420["join",{{"uuid":"{uuid}","epoch":"{at["epoch"]}","seq":0}}]')
        viewer.write(f'421["leave",{{"uuid":"{uuid}"}}]')
        while viewer.packet()[0] != "431":
            pass
        eventually(lambda: server.metrics()["rooms"] == 0)
        at_head = {"uuid": uuid}
        with PacketViewer(server.url, at_head) as other:
            assert other.event("joined")["viewers"] == 1


def test_requests_that_are_no_longer_kept_are_counted(uuid: str) -> None:
    with Server(RECOVERY_SECONDS=600, RECOVERY_BYTES=100_000) as server:
        at = watched(server, uuid)
        for _ in range(20):
            post(server.address, f"/{uuid}", b"x" * 10_000)
        with PacketViewer(server.url, at) as viewer:
            joined = viewer.event("joined")
            missed = joined["missed"]
            assert 0 < missed == joined["seq"] < 20
            assert joined["recovered"] == 20 - missed
            assert seqs(viewer, 20 - missed) == list(range(missed + 1, 21))
        metrics = server.metrics()
        assert metrics["requests_missed_total"] == missed
        assert metrics["requests_recovered_total"] == 20 - missed


def test_a_recovered_request_comes_with_its_response(
    workers: tuple[Server, Server], uuid: str
) -> None:
    server = workers[0]
    at = watched(server, uuid)
    post(server.address, f"/{uuid}/status/418")
    with PacketViewer(server.url, at) as viewer:
        events = viewer.events(3, aside=("viewers",))
        assert [name for name, _ in events] == ["joined", "request", "responded"]
        assert events[2][1]["status"] == 418


def kill_subscriptions(redis: Redis) -> None:
    """Let Redis close the connections through which workers receive messages."""
    redis.client.client_kill_filter(_type="pubsub")


def test_a_worker_that_loses_its_subscription_recovers_for_its_viewers(uuid: str) -> None:
    with (
        Redis() as redis,
        Server(REDIS_URL=redis.url, **RECOVERY) as server,
        PacketViewer(server.until_ready().url, {"uuid": uuid}) as one,
        PacketViewer(server.url, {"uuid": uuid}) as other,
    ):
        one.event("joined")
        other.event("joined")
        stop = threading.Event()
        accepted: list[int] = []
        """Statuses of accepted requests, one each."""

        def keep_sending() -> None:
            while not stop.is_set():
                status = post(server.address, f"/{uuid}").status
                if status == 200:
                    accepted.append(status)

        sending = threading.Thread(target=keep_sending)
        sending.start()
        try:
            for _ in range(3):
                kill_subscriptions(redis)
                before = len(accepted)
                eventually(lambda before=before: len(accepted) > before + 100)
        finally:
            stop.set()
            sending.join()
        for viewer in (one, other):
            seen, missed, joins = 0, 0, 0
            while seen < len(accepted):
                [(name, payload)] = viewer.events(1)
                if name == "joined":
                    joins += 1
                    missed += payload["missed"]
                    assert payload["seq"] == seen
                else:
                    assert payload["seq"] == seen + 1
                    seen += 1
            assert (missed, joins > 0) == (0, True)
