"""Sockets that yield, and the hub's priorities, with a real epoll."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from webhook_logger.serving.eventlet import VIEWERS_PER_TURN, FairHub, FairSocket

MANY = 100


@pytest.fixture
def pairs() -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    """Connections whose near end is readable."""
    with ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(MANY)]
        for near, far in pairs:
            stack.enter_context(near)
            stack.enter_context(far)
            far.send(b"x")
        yield pairs


def hub_over(descriptors: list[int]) -> FairHub:
    hub = FairHub()
    for descriptor in descriptors:
        hub.poll.register(descriptor, hub.READ_MASK)
    return hub


def test_a_turn_handles_all_senders_before_a_few_viewers(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    descriptors = [near.fileno() for near, _ in pairs]
    hub, senders = hub_over(descriptors), set(descriptors[-10:])
    hub.deferrable = set(descriptors) - senders
    ready = [descriptor for descriptor, _ in hub.do_poll(0)]
    assert senders == set(ready[:10])
    assert len(ready) == 10 + VIEWERS_PER_TURN


def test_every_viewer_gets_a_turn(pairs: list[tuple[socket.socket, socket.socket]]) -> None:
    by_descriptor = {near.fileno(): near for near, _ in pairs}
    hub = hub_over(list(by_descriptor))
    hub.deferrable = set(by_descriptor)
    turns = 0
    while ready := hub.do_poll(0):
        turns += 1
        for descriptor, _ in ready:
            by_descriptor.pop(descriptor).recv(1)
    assert by_descriptor == {}
    assert turns <= MANY / VIEWERS_PER_TURN + 1


def test_a_fair_socket_accepts_fair_sockets() -> None:
    """Otherwise one connection that floods would block the worker."""
    with FairSocket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert isinstance(accepted, FairSocket)
