"""Slow senders, crowds, and viewers that join or send too much do not harm others.

The server serves others during the attack, and its memory stays bounded. The time that others wait
depends on the machine, so it is printed and not asserted.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import websocket

from tests.chaos.hostile import (
    ResponseTimes,
    SlowSenders,
    flood,
    in_another_process,
    join_and_leave,
    join_many,
    report,
)
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.viewers import PacketViewer

MEBIBYTE = 2**20
POSTS = 100

long = pytest.mark.long


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Without a limit on messages, so that the worker handles all of them.
    with Server(MAX_MESSAGES_PER_SECOND=0) as server:
        ResponseTimes(server.address, POSTS)
        yield server


@pytest.mark.parametrize(("connections", "rounds"), [(200, 1), pytest.param(1000, 30, marks=long)])
def test_slow_senders_do_not_block_others(server: Server, connections: int, rounds: int) -> None:
    before = ResponseTimes(server.address, POSTS)
    with SlowSenders(server.url, connections) as senders:
        eventually(lambda: senders.rounds >= rounds, patience=300)
        meanwhile = ResponseTimes(server.address, POSTS)
    report(f"{connections:,} connections send one byte a second", before, meanwhile)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("viewers", "rounds"), [(100, 10), pytest.param(1000, 20, marks=long)])
def test_viewers_that_join_and_leave_in_a_loop_leave_no_state(
    server: Server, viewers: int, rounds: int
) -> None:
    before = ResponseTimes(server.address, POSTS)
    with in_another_process(join_and_leave, server.url, viewers, rounds) as is_running:
        eventually(lambda: server.metrics()["viewers"] == viewers)
        meanwhile = ResponseTimes(server.address, POSTS)
        assert is_running(), "the attack ended before others were served"
    report(f"{viewers:,} viewers join and leave in a loop", before, meanwhile)
    eventually(lambda: server.metrics()["viewers"] == server.metrics()["rooms"] == 0)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("joins", [5_000, pytest.param(1_000_000, marks=long)])
def test_joins_over_the_limit_use_no_memory(server: Server, joins: int) -> None:
    join_many(server.url, 1_000, leave=False)
    before = server.memory()
    assert join_many(server.url, joins, leave=False) == 32
    assert server.memory() - before < 4 * MEBIBYTE


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("joins", [5_000, pytest.param(1_000_000, marks=long)])
def test_joins_and_leaves_use_memory_for_counters_only(server: Server, joins: int) -> None:
    before = server.memory()
    assert join_many(server.url, joins, leave=True) == joins
    # Without a queue, the server keeps the counters of 100,000 callbacks.
    assert server.memory() - before < 64 * MEBIBYTE
    eventually(lambda: server.metrics()["rooms"] == 0)


FLOODS = {
    "unknown events": ('42["nonsense",{}]', websocket.ABNF.OPCODE_TEXT),
    "joins whose acknowledgements it does not read": ('421["join",{}]', websocket.ABNF.OPCODE_TEXT),
    "unsolicited pongs": ("3", websocket.ABNF.OPCODE_TEXT),
    "WebSocket pings": ("x" * 100, websocket.ABNF.OPCODE_PING),
    "empty messages": ("", websocket.ABNF.OPCODE_TEXT),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", FLOODS)
@pytest.mark.parametrize("count", [10_000, pytest.param(500_000, marks=long)])
def test_a_viewer_that_floods_does_not_block_others_and_uses_no_memory(
    server: Server, uuid: str, kind: str, count: int
) -> None:
    before, memory = ResponseTimes(server.address, POSTS), server.memory()

    def is_bounded() -> bool:
        return server.memory() - memory < 16 * MEBIBYTE

    with in_another_process(flood, server.url, *FLOODS[kind], count) as is_running:
        meanwhile = ResponseTimes(server.address, POSTS, is_bounded)
        assert is_running(), "the attack ended before others were served"
    assert is_bounded()
    with PacketViewer(server.url, {"uuid": uuid}) as another:
        assert another.event("joined")["viewers"] == 1
    report(f"a viewer floods with {kind}", before, meanwhile)
