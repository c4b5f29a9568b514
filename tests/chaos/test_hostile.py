"""Nobody hurts the others: slow senders, crowds, viewers that ask for too much or send too much.

Others are served while the attack goes on, and memory stays bounded. How long they wait is printed
and not asserted: that depends on the machine.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import websocket

from tests.chaos.hostile import Drip, Waits, ask_for_rooms, come_and_go, elsewhere, flood, report
from tests.support.patience import eventually
from tests.support.processes import Server
from tests.support.viewers import PacketViewer

MEBIBYTE = 2**20
POSTS = 100

long = pytest.mark.long


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Without a limit on messages, so that it is the worker that has to bear them.
    with Server(MAX_MESSAGES_PER_SECOND=0) as server:
        Waits(server.address, POSTS)
        yield server


@pytest.mark.parametrize(("connections", "rounds"), [(200, 1), pytest.param(1000, 30, marks=long)])
def test_senders_that_drip_keep_nobody_waiting(
    server: Server, connections: int, rounds: int
) -> None:
    before = Waits(server.address, POSTS)
    with Drip(server.url, connections) as drip:
        eventually(lambda: drip.rounds >= rounds, patience=300)
        meanwhile = Waits(server.address, POSTS)
    report(f"{connections:,} connections drip one byte a second", before, meanwhile)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("viewers", "rounds"), [(100, 10), pytest.param(1000, 20, marks=long)])
def test_viewers_that_join_and_leave_in_a_loop_leave_nothing_behind(
    server: Server, viewers: int, rounds: int
) -> None:
    before = Waits(server.address, POSTS)
    with elsewhere(come_and_go, server.url, viewers, rounds) as goes_on:
        eventually(lambda: server.metrics()["viewers"] == viewers)
        meanwhile = Waits(server.address, POSTS)
        assert goes_on(), "others were served in between"
    report(f"{viewers:,} viewers join and leave in a loop", before, meanwhile)
    eventually(lambda: server.metrics()["viewers"] == 0)
    assert server.metrics()["rooms"] == 0


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("joins", [5_000, pytest.param(1_000_000, marks=long)])
def test_a_viewer_that_joins_ever_more_callbacks_gets_its_share_and_no_memory(
    server: Server, joins: int
) -> None:
    ask_for_rooms(server.url, 1_000, leave=False)
    before = server.memory()
    assert ask_for_rooms(server.url, joins, leave=False) == 32
    assert server.memory() - before < 4 * MEBIBYTE


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("joins", [5_000, pytest.param(1_000_000, marks=long)])
def test_a_viewer_that_leaves_what_it_joined_takes_no_more_than_its_callbacks_counters(
    server: Server, joins: int
) -> None:
    before = server.memory()
    assert ask_for_rooms(server.url, joins, leave=True) == joins
    # Those of 100,000 callbacks are kept, without a queue.
    assert server.memory() - before < 64 * MEBIBYTE
    assert server.metrics()["rooms"] == 0


FLOODS = {
    "events that nobody knows": ('42["nonsense",{}]', websocket.ABNF.OPCODE_TEXT),
    "joins whose responses it does not read": ('421["join",{}]', websocket.ABNF.OPCODE_TEXT),
    "pongs that nobody asked for": ("3", websocket.ABNF.OPCODE_TEXT),
    "pings of WebSocket's own": ("x" * 100, websocket.ABNF.OPCODE_PING),
    "nothing": ("", websocket.ABNF.OPCODE_TEXT),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", FLOODS)
@pytest.mark.parametrize("count", [10_000, pytest.param(500_000, marks=long)])
def test_a_viewer_that_floods_keeps_nobody_waiting_and_takes_no_memory(
    server: Server, uuid: str, kind: str, count: int
) -> None:
    before, memory = Waits(server.address, POSTS), server.memory()

    def is_bounded() -> bool:
        return server.memory() - memory < 16 * MEBIBYTE

    with elsewhere(flood, server.url, *FLOODS[kind], count) as goes_on:
        meanwhile = Waits(server.address, POSTS, is_bounded)
        assert goes_on(), "others were served in between"
    assert is_bounded()
    with PacketViewer(server.url, {"uuid": uuid}) as another:
        assert another.event("joined")["viewers"] == 1
    report(f"a viewer floods with {kind}", before, meanwhile)
