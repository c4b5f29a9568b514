"""Workers find the master through Sentinels, and follow it when it changes."""

from __future__ import annotations

from contextlib import ExitStack

from tests.support.patience import eventually
from tests.support.processes import Redis, Server, free_port
from tests.support.sender import post
from tests.support.sentinel import NAME, Sentinel, start_watched
from tests.support.viewers import PacketViewer
from webhook_logger.delivery import RoomManager

CONTROL = "webhook-logger:control"
SWITCHED = "The Sentinels named another master of the queue."


def url_of(*ports: int) -> str:
    return f"redis+sentinel://{','.join(f'127.0.0.1:{port}' for port in ports)}/{NAME}"


def test_workers_follow_a_switch_of_the_master(uuid: str) -> None:
    with ExitStack() as stack:
        (old, new), (one,) = start_watched(stack, replicas=1, sentinels=1)
        url = url_of(free_port(), one.port)  # the first one does not run
        server = stack.enter_context(Server(REDIS_URL=url)).until_ready()
        viewer = stack.enter_context(PacketViewer(server.url, {"uuid": uuid}))
        viewer.event("joined")
        manager = RoomManager(url, write_only=True)
        manager.emit("note", {"n": 1}, to=uuid)
        viewer.event("note")
        one.fail_over()
        eventually(lambda: SWITCHED in server.log)
        viewer.event("joined")  # the next barrier, on the new master
        eventually(lambda: post(server.address, f"/{uuid}").status == 200)
        viewer.event("request")
        assert new.client.pubsub_numsub(CONTROL)[0][1] == 1
        assert old.client.pubsub_numsub(CONTROL)[0][1] == 0
        manager.emit("note", {"n": 2}, to=uuid)
        viewer.event("note")
        one.end()
        new.client.client_kill_filter(_type="normal", skipme=True)
        # Without a Sentinel, the known master stays in use.
        eventually(lambda: post(server.address, f"/{uuid}").status == 200)
        viewer.event("request")


def test_workers_log_in_to_sentinels_as_a_separate_user() -> None:
    user = "user logger on >secret allcommands allkeys allchannels"
    with Redis() as master, Sentinel(master, user) as one:
        own = {"REDIS_SENTINEL_USERNAME": "logger", "REDIS_SENTINEL_PASSWORD": "secret"}
        with Server(REDIS_URL=url_of(one.port), **own) as server:
            server.until_ready()
            eventually(lambda: one.users == {"default", "logger"})  # the first one is the test
