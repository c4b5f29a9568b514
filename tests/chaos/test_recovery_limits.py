"""A flood of callbacks fills recovery up to its limit, and affects nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.chaos.cluster import Cluster
from tests.chaos.hostile import BATCH, watch_and_post_to_many
from tests.chaos.watcher import Watcher
from tests.support.patience import eventually
from tests.support.processes import Redis, Server
from tests.support.sender import ask, post
from tests.support.viewers import PacketViewer

MEBIBYTE = 2**20
REPLY = {"status": 200, "body": {"encoding": "utf-8", "content": "a reply"}}
BODY = b"x" * 1_000
SIZES = pytest.mark.parametrize(
    ("callbacks", "total"),
    [(2_000, MEBIBYTE), pytest.param(100_000, 16 * MEBIBYTE, marks=[pytest.mark.long])],
)


def settings(total: int) -> dict[str, object]:
    return {
        "RECOVERY_SECONDS": 600,
        "RECOVERY_TOTAL_BYTES": total,
        "MAX_ROOMS_PER_VIEWER": BATCH,
        "MAX_MESSAGES_PER_SECOND": 0,
    }


def set_reply(address: tuple[str, int], uuid: str) -> None:
    line = "Content-Type: application/json"
    assert ask(address, "PUT", reply_path(uuid), json.dumps(REPLY).encode(), line).status == 200


def reply_path(uuid: str) -> str:
    return f"/api/callbacks/{uuid}/reply"


def kept_bytes(redis: Redis) -> int:
    """Return the memory that Redis uses for kept requests."""
    keys = list(redis.client.scan_iter("webhook-logger:*:recovery", count=1000))
    with redis.client.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.memory_usage(key)
        return sum(size or 0 for size in pipeline.execute())


@SIZES
@pytest.mark.timeout(900)
def test_a_flood_of_callbacks_leaves_counters_and_replies_in_redis(
    cluster_with: Callable[..., Cluster], callbacks: int, total: int
) -> None:
    with cluster_with(**settings(total)) as cluster:
        cluster.watch(3)
        set_reply(cluster.nginx.address, cluster.uuid)
        cluster.load.send(posts=100, senders=4)
        watch_and_post_to_many(cluster.nginx.url, callbacks, BODY)
        eventually(lambda: kept_bytes(cluster.redis) <= total)
        cluster.load.send(posts=100, senders=4)
        assert cluster.load.outcomes == {"accepted": 200}
        cluster.audit(
            f"{callbacks:,} callbacks with {len(BODY):,} bytes each",
            f"{kept_bytes(cluster.redis) / MEBIBYTE:.1f} MiB kept, of at most "
            f"{total / MEBIBYTE:.0f} MiB",
        )
        assert {watcher.delivered for watcher in cluster.watchers} == {200}
        reply = ask(cluster.nginx.address, "GET", reply_path(cluster.uuid))
        assert json.loads(reply.body)["body"] == REPLY["body"]


@SIZES
@pytest.mark.timeout(900)
def test_a_flood_of_callbacks_leaves_counters_and_replies_in_memory(
    uuid: str, callbacks: int, total: int
) -> None:
    with Server(**settings(total)) as server:
        watcher = Watcher(server.url, uuid, "127.0.0.2", PacketViewer).start()
        watcher.until(lambda w: w.is_live, "live")
        set_reply(server.address, uuid)
        post(server.address, f"/{uuid}")
        watch_and_post_to_many(server.url, BATCH, BODY)
        before = server.memory()
        watch_and_post_to_many(server.url, callbacks, BODY)
        # A third for the allocator, and 1 KiB for the counter of each callback.
        assert server.memory() - before < total * 4 // 3 + callbacks * 1024 + 8 * MEBIBYTE
        assert post(server.address, f"/{uuid}").body == b"a reply"
        watcher.until(lambda w: w.seq == 2, "at the last request")
        watcher.stop()
    assert (watcher.delivered, watcher.joins, watcher.faults) == (2, 1, [])
