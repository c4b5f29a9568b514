"""The queue fails in every way it can; what is told is true, and all is well again by itself."""

from __future__ import annotations

from tests.support.processes import Redis, Server
from tests.support.proxy import DeafeningProxy
from tests.support.sender import post
from tests.support.viewers import PacketViewer

NOTICED_SECONDS = 15


def test_a_worker_that_has_become_deaf_finds_out_and_tells_what_was_missed(uuid: str) -> None:
    with (
        Redis() as redis,
        DeafeningProxy(redis.port) as proxy,
        Server(REDIS_URL=proxy.url) as server,
        PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer,
    ):
        viewer.events(1)
        post(server.address, f"/{uuid}")
        viewer.requests(1)
        proxy.deafen()
        assert [post(server.address, f"/{uuid}").status for _ in range(4)] == [200] * 4
        viewer.wait_seconds(NOTICED_SECONDS)
        joined = viewer.event("joined")
        assert (joined["seq"], joined["missed"]) == (5, 4)
        post(server.address, f"/{uuid}")
        assert viewer.requests(1)[0]["seq"] == 6
        assert "hears nothing" in server.log


def test_a_queue_that_forgets_its_scripts_is_taught_them_again(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer:
            viewer.events(1)
            for seq in (1, 2):
                redis.client.script_flush()
                assert post(server.address, f"/{uuid}").status == 200
                assert viewer.requests(1)[0]["seq"] == seq


def test_a_counter_that_is_evicted_begins_a_new_epoch(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url) as server:
        with PacketViewer(server.until_ready().url, {"uuid": uuid}) as viewer:
            epoch = viewer.events(1)[0][1]["epoch"]
            post(server.address, f"/{uuid}")
            viewer.requests(1)
            redis.client.flushall()
            post(server.address, f"/{uuid}")
            request = viewer.requests(1)[0]
            assert request["seq"] == 1
            assert request["epoch"] != epoch
