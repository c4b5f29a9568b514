"""A worker is ready if it can publish. It detects and reports each failure, and recovers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
import redis as client

from tests.support.patience import PATIENCE_SECONDS, eventually
from tests.support.processes import Redis, Server
from tests.support.sender import post
from tests.support.viewers import PacketViewer
from webhook_logger.delivery.redis.errors import REASONS
from webhook_logger.delivery.redis.readiness import PROBES

USER = "worker"
[_RIGHTS] = re.findall("ACL SETUSER worker (on >secret .*)", Path("docs/redis.md").read_text())
RIGHTS = tuple(_RIGHTS.split())
LONG = "local n = 0 while true do n = n + 1 end"


@pytest.fixture(scope="module")
def queue() -> Iterator[Redis]:
    with Redis("--enable-debug-command", "local", "--busy-reply-threshold", "50") as redis:
        redis.client.execute_command("ACL", "SETUSER", USER, *RIGHTS)
        yield redis


@pytest.fixture(scope="module")
def server(queue: Redis) -> Iterator[Server]:
    with Server(REDIS_URL=queue.url.replace("//", f"//{USER}:secret@"), QUEUE_TIMEOUT=1) as server:
        yield server.until_ready()


@contextmanager
def busy(redis: Redis) -> Iterator[None]:
    """Run an endless script of another client."""

    def run() -> None:
        with client.Redis(port=redis.port) as other, suppress(client.ResponseError):
            other.eval(LONG, 0)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run)
        try:
            yield
        finally:
            eventually(lambda: killed(redis))


def killed(redis: Redis) -> bool:
    try:
        redis.client.script_kill()
    except client.ResponseError:  # the script has not started, or has ended
        return False
    return True


@contextmanager
def between(begin: Callable[[], object], end: Callable[[], object]) -> Iterator[None]:
    begin()
    try:
        yield
    finally:
        end()


def failures(redis: Redis) -> dict[str, object]:
    """Return a context manager for each failure, by Redis's error code."""
    run = redis.client.execute_command

    def user(*rights: str) -> Callable[[], object]:
        return lambda: run("ACL", "SETUSER", USER, *rights)

    def setting(name: str, value: str) -> Callable[[], object]:
        return lambda: run("CONFIG", "SET", name, value)

    def replica(*of: str) -> Callable[[], object]:
        return lambda: run("REPLICAOF", *of)

    return {
        "READONLY": between(replica("127.0.0.1", "1"), replica("NO", "ONE")),
        "OOM": between(setting("maxmemory", "1"), setting("maxmemory", "0")),
        "NOPERM, a command": between(user("-hset"), user("+hset")),
        "NOPERM, keys": between(user("resetkeys"), user("~webhook-logger:*")),
        "NOPERM, channels": between(
            user("resetchannels", "&webhook-logger:worker:*", "&webhook-logger:control"),
            user("resetchannels", "&webhook-logger:*"),
        ),
        "NOREPLICAS": between(
            setting("min-replicas-to-write", "1"), setting("min-replicas-to-write", "0")
        ),
        "BUSY": busy(redis),
    }


def until(viewer: PacketViewer, reason: str | None) -> None:
    """Read until the viewer receives a status with this reason, skipping earlier ones."""
    while (status := viewer.event("status"))["reason"] != reason:
        assert status["queue"] == "down"
    assert status["queue"] == ("down" if reason else "up")


def readyz(server: Server) -> tuple[int, str]:
    """Return the status and the text of `/readyz`."""
    try:
        with urlopen(Request(f"{server.url}/readyz"), timeout=PATIENCE_SECONDS) as response:
            return int(response.status), ""
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_worker_reports_each_failure_of_the_queue_and_recovers(
    queue: Redis, server: Server, uuid: str
) -> None:
    with PacketViewer(server.url, {"uuid": uuid}) as viewer:
        seq = viewer.event("joined")["seq"]
        for name, failure in failures(queue).items():
            reason = REASONS[name.partition(",")[0]]
            with failure:  # type: ignore[attr-defined]
                until(viewer, reason)
                code, text = readyz(server)
                assert (code, reason in text) == (503, True), name
                assert server.metrics()["queue_up"] == 0, name
                # A new callback: Redis with full memory may still accept requests of existing ones.
                assert post(server.address, f"/{uuid4()}").status == 503, name
                with PacketViewer(server.url, {"uuid": uuid}) as waiting:
                    status = {"queue": "down", "reason": reason, "uuid": uuid}
                    assert waiting.event("status") == status, name
            until(viewer, None)
            joined = viewer.event("joined")
            server.until_ready()
            assert server.metrics()["queue_up"] == 1
            # A promotion begins a new epoch.
            assert (joined["seq"], joined["missed"]) in ((seq, 0), (0, None)), name
            assert post(server.address, f"/{uuid}").status == 200, name
            seq = viewer.requests(1)[0]["seq"]


def test_a_failure_of_the_queue_is_logged_once_when_it_begins_and_once_when_it_ends(
    queue: Redis, server: Server, uuid: str
) -> None:
    eventually(lambda: server.log.count("Queue error:") == server.log.count("requests again"))
    before = len(server.log)
    queue.client.config_set("maxmemory", "1")
    with ThreadPoolExecutor(16) as senders:
        responses = list(senders.map(lambda _: post(server.address, f"/{uuid}"), range(200)))
    assert {response.status for response in responses} == {503}
    queue.client.config_set("maxmemory", "0")
    eventually(lambda: "accepts requests again" in server.log[before:])
    began, ended = server.log[before:].splitlines()
    assert "WARNING" in began
    assert "OOM command not allowed" in began
    times = re.search(r"with ([0-9]+) failures", ended)
    assert times
    assert int(times[1]) >= 200
    assert "WARNING" in ended


def test_a_probe_leaves_no_key_in_redis(queue: Redis, server: Server) -> None:
    server.until_ready()
    assert queue.client.keys("webhook-logger:{probe-*") == []


def test_probes_cover_every_part_of_a_cluster() -> None:
    slots = [client.crc.key_slot(name.encode()) for name in PROBES]
    assert sorted(slot * len(PROBES) // client.crc.REDIS_CLUSTER_HASH_SLOTS for slot in slots) == [
        *range(len(PROBES))
    ]


def test_a_node_of_a_cluster_is_refused_as_a_queue(uuid: str, tmp_path: Path) -> None:
    # A node that is configured as one half of a cluster; the other node does not exist.
    here, there = "a" * 40, "b" * 40
    redis = Redis(
        *("--cluster-enabled", "yes", "--dir", str(tmp_path), "--cluster-node-timeout", "600000"),
        *("--cluster-require-full-coverage", "no"),
    )
    (tmp_path / "nodes.conf").write_text(
        f"{here} 127.0.0.1:{redis.port}@{redis.port + 10000} myself,master - 0 0 1 connected "
        "0-14335\n"
        f"{there} 127.0.0.1:1@10001 master - 0 0 2 connected 14336-16383\n"
        "vars currentEpoch 2 lastVoteEpoch 0\n"
    )
    with (
        Server(REDIS_URL=redis.url) as server,
        redis,  # later, because a server does not start with a node
        PacketViewer(server.url, {"uuid": uuid}) as viewer,
    ):
        reason = REASONS["MOVED"]
        until(viewer, reason)
        code, text = readyz(server)
        assert (code, reason in text) == (503, True)
        assert server.metrics()["queue_up"] == 0
