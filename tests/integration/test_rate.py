"""`MAX_REQUESTS_PER_SECOND`: what is over it is refused, counted, told; by all workers as one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest

from tests.support.patience import eventually
from tests.support.processes import Redis, Server
from tests.support.sender import Response, post
from tests.support.viewers import PacketViewer

MAX = 3
"""So few that a busy machine, too, sends more within a second."""


@pytest.fixture(scope="module", params=["memory", "redis"])
def workers(request: pytest.FixtureRequest) -> Iterator[list[Server]]:
    """One without a queue, or two on one; the limit is the same."""
    with ExitStack() as stack:
        settings: dict[str, object] = {"MAX_REQUESTS_PER_SECOND": MAX}
        if request.param == "redis":
            settings["REDIS_URL"] = stack.enter_context(Redis()).url
        servers = [Server(**settings) for _ in range(1 if request.param == "memory" else 2)]
        yield [stack.enter_context(server).until_ready() for server in servers]


def fill(workers: list[Server], uuid: str) -> tuple[int, Response]:
    """Post from all workers in turn until one refuses: how many were taken, and the refusal."""
    for taken in range(100 * MAX):
        response = post(workers[taken % len(workers)].address, f"/{uuid}")
        if response.status != 200:
            return taken, response
    raise AssertionError("nothing was refused")


class Windows:
    """Counts the seconds of the clock, each of which is a window, from now on."""

    def __init__(self) -> None:
        self._begin = int(time.time())

    def __int__(self) -> int:
        return int(time.time()) - self._begin + 1


def test_one_too_many_is_refused_and_told_when_to_come_back(
    workers: list[Server], uuid: str
) -> None:
    windows = Windows()
    taken, refused = fill(workers, uuid)
    assert MAX <= taken <= MAX * int(windows)
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "webhook-viewers" not in refused.headers
    assert b'"code": 429' in refused.body


def test_it_takes_requests_again_when_the_second_is_over(workers: list[Server], uuid: str) -> None:
    fill(workers, uuid)
    eventually(lambda: post(workers[0].address, f"/{uuid}").status == 200)


def test_other_callbacks_are_not_touched(workers: list[Server], uuid: str) -> None:
    fill(workers, uuid)
    assert post(workers[0].address, f"/{uuid4()}").status == 200


def test_viewers_are_told_how_many_were_refused_and_no_seq_is_used(
    workers: list[Server], uuid: str
) -> None:
    with PacketViewer(workers[-1].url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        statuses = [post(workers[n % len(workers)].address, f"/{uuid}").status for n in range(60)]
        told = 0
        seqs = []
        while told < statuses.count(429) or len(seqs) < statuses.count(200):
            [(name, payload)] = viewer.events(1, aside=("viewers", "status", "responded"))
            if name == "refused":
                assert payload["uuid"] == uuid
                assert payload["reason"] == "callback_rate_exceeded"
                told += payload["count"]
            else:
                seqs.append(payload["seq"])
        assert told == statuses.count(429) > 0
        assert seqs == list(range(1, statuses.count(200) + 1))
    refused = sum(worker.refusals().get("callback_rate_exceeded", 0) for worker in workers)
    assert refused >= told


def test_a_worker_refuses_by_itself_until_the_window_ends(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url, MAX_REQUESTS_PER_SECOND=1) as server:
        server.until_ready()
        windows, before = Windows(), calls(redis)
        statuses = [post(server.address, f"/{uuid}").status for _ in range(100)]
        # In each window one is taken and one refused by the queue; the rest of the calls are of
        # the worker itself.
        assert calls(redis) - before <= 2 * int(windows) + 10
        assert statuses.count(200) <= int(windows)


def calls(redis: Redis) -> int:
    """How many scripts Redis has run."""
    return int(redis.client.info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"])
