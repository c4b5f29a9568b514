"""All workers together refuse, count and report requests over `MAX_REQUESTS_PER_SECOND`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import takewhile
from uuid import uuid4

import pytest

from tests.support.patience import eventually
from tests.support.processes import Redis, Server
from tests.support.sender import Response, post
from tests.support.viewers import PacketViewer

MAX = 3
"""Few, so that even a busy machine sends more requests within a second."""


@pytest.fixture(scope="module", params=["memory", "redis"])
def workers(request: pytest.FixtureRequest) -> Iterator[list[Server]]:
    """One worker without a queue, or two with one queue, with the same limit."""
    with ExitStack() as stack:
        settings: dict[str, object] = {"MAX_REQUESTS_PER_SECOND": MAX}
        if request.param == "redis":
            settings["REDIS_URL"] = stack.enter_context(Redis()).url
        servers = [Server(**settings) for _ in range(1 if request.param == "memory" else 2)]
        yield [stack.enter_context(server).until_ready() for server in servers]


def fill(workers: list[Server], uuid: str) -> tuple[int, Response]:
    """Post to the workers in turn. Return the number of accepted requests and the first refusal."""
    for accepted in range(100 * MAX):
        response = post(workers[accepted % len(workers)].address, f"/{uuid}")
        if response.status != 200:
            return accepted, response
    raise AssertionError("no request was refused")


class Windows:
    """Counts the windows, which are the clock's seconds, since its creation."""

    def __init__(self) -> None:
        self._begin = int(time.time())

    def __int__(self) -> int:
        return int(time.time()) - self._begin + 1


def test_a_request_over_the_limit_gets_429_with_retry_after(
    workers: list[Server], uuid: str
) -> None:
    windows = Windows()
    accepted, refused = fill(workers, uuid)
    assert MAX <= accepted <= MAX * int(windows)
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "webhook-viewers" not in refused.headers
    assert b'"code": 429' in refused.body


def test_requests_are_accepted_again_in_the_next_second(workers: list[Server], uuid: str) -> None:
    fill(workers, uuid)
    eventually(lambda: post(workers[0].address, f"/{uuid}").status == 200)


def test_other_callbacks_are_not_limited(workers: list[Server], uuid: str) -> None:
    fill(workers, uuid)
    assert post(workers[0].address, f"/{uuid4()}").status == 200


def test_viewers_receive_the_number_of_refused_requests_without_a_seq(
    workers: list[Server], uuid: str
) -> None:
    with PacketViewer(workers[-1].url, {"uuid": uuid}) as viewer:
        viewer.event("joined")
        statuses = [post(workers[n % len(workers)].address, f"/{uuid}").status for n in range(60)]
        refused_count = 0
        seqs = []
        while refused_count < statuses.count(429) or len(seqs) < statuses.count(200):
            [(name, payload)] = viewer.events(1, aside=("viewers", "status", "responded"))
            if name == "refused":
                assert payload["uuid"] == uuid
                assert payload["reason"] == "callback_rate_exceeded"
                refused_count += payload["count"]
            else:
                seqs.append(payload["seq"])
        assert refused_count == statuses.count(429) > 0
        assert seqs == list(range(1, statuses.count(200) + 1))
    refused = sum(worker.refusals().get("callback_rate_exceeded", 0) for worker in workers)
    assert refused >= refused_count


def test_a_worker_refuses_without_redis_until_the_window_ends(uuid: str) -> None:
    with Redis() as redis, Server(REDIS_URL=redis.url, MAX_REQUESTS_PER_SECOND=1) as server:
        server.until_ready()
        with redis.client.monitor() as monitor:
            windows = Windows()
            statuses = [post(server.address, f"/{uuid}").status for _ in range(100)]
            redis.client.echo("end")
            commands = takewhile(
                lambda command: command != "ECHO end",
                (each["command"] for each in monitor.listen()),
            )
            # Scripts without the UUID are the worker's own probes.
            scripts = [each for each in commands if each.startswith("EVALSHA") and uuid in each]
        # In each window Redis accepts one request and refuses one.
        assert 0 < len(scripts) <= 2 * int(windows) + 10
        assert statuses.count(200) <= int(windows)
