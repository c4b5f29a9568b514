"""Crowds that mean no good: others do not notice, and the worker does not grow."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from uuid import uuid4

import pytest

from tests.support.processes import Server, for_seconds
from tests.support.sender import Sender, post
from tests.support.viewers import PacketViewer

pytestmark = pytest.mark.long

CROWD = 1000
POSTS = 500
MOST_SECONDS = 0.1
"""For 99 of 100 other senders to be answered, as was promised."""
MOST_GROWTH = 16 * 2**20
MESSAGES, A_WHILE = 100_000, 1000


def slowest_but_few(server: Server, uuid: str) -> float:
    """How long all but one in a hundred of so many posts took at most, a connection for each."""
    seconds = []
    for _ in range(POSTS):
        begin = time.monotonic()
        assert post(server.address, f"/{uuid}").status == 200
        seconds.append(time.monotonic() - begin)
    return sorted(seconds)[POSTS * 99 // 100 - 1]


@contextmanager
def going_on(do: Callable[[], None]) -> Iterator[None]:
    """Do it again and again meanwhile."""
    stop = threading.Event()

    def keep() -> None:
        while not stop.is_set():
            do()

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.timeout(120)
def test_a_thousand_senders_that_drip_a_byte_a_second_keep_nobody_waiting(uuid: str) -> None:
    with Server() as server, ExitStack() as stack:
        dripping = [stack.enter_context(Sender(server.address)) for _ in range(CROWD)]
        bytes_of_a_head = itertools.cycle(f"POST /{uuid}/slow HTTP/1.1\r\nA: ".encode())

        def drip() -> None:
            byte = bytes((next(bytes_of_a_head),))
            for sender in dripping:
                with suppress(OSError):  # its time is up
                    sender.send(byte)
            threading.Event().wait(1)

        with going_on(drip):
            assert slowest_but_few(server, uuid) < MOST_SECONDS
        assert server.metrics()["requests_accepted_total"] == POSTS


@pytest.mark.timeout(120)
def test_a_thousand_viewers_that_join_and_leave_in_a_loop_keep_nobody_waiting(uuid: str) -> None:
    with Server() as server, ExitStack() as stack:
        viewers = [stack.enter_context(PacketViewer(server.url)) for _ in range(CROWD)]
        turns = itertools.cycle(
            f'42["{event}",{{"uuid":"{room}"}}]'
            for room in (uuid4(), uuid4())
            for event in ("join", "leave")
        )

        def turn() -> None:
            message = next(turns)
            for viewer in viewers:
                viewer.write(message)
                with suppress(BlockingIOError):
                    viewer._socket.sock.recv(65536, socket.MSG_DONTWAIT)
            threading.Event().wait(0.5)

        with going_on(turn):
            assert slowest_but_few(server, uuid) < MOST_SECONDS
        for viewer in viewers:
            viewer.cut_off()
        for_seconds(20, lambda: server.metrics()["viewers"] == server.metrics()["rooms"] == 0)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("event", ["join", "leave", "nonsense"])
def test_a_viewer_that_never_stops_costs_no_memory(uuid: str, event: str) -> None:
    with Server(MAX_MESSAGES_PER_SECOND=0) as server:
        with PacketViewer(server.url, {"uuid": uuid}) as viewer:
            viewer.event("joined")
            before = server.memory()
            for number in range(1, MESSAGES + 1):
                viewer.write(f'42["{event}",{{"uuid":"{uuid4()}"}}]')
                if number % A_WHILE == 0:  # so that it answers pings, too
                    viewer.write(f'421["leave",{{"uuid":"{uuid4()}"}}]')
                    while viewer.packet()[0] != "431":
                        pass
            assert server.metrics()["rooms"] <= 32
            assert server.memory() - before < MOST_GROWTH
