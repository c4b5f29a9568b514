"""Sockets that take turns, and the order in which the hub looks after them, with epoll itself."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from webhook_logger.serving.eventlet import VIEWERS_A_TURN, FairHub, FairSocket

MANY = 100


@pytest.fixture
def pairs() -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    """Connections whose near end has something to read."""
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


def test_senders_come_before_viewers_and_of_those_few_at_a_time(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    descriptors = [near.fileno() for near, _ in pairs]
    hub, senders = hub_over(descriptors), set(descriptors[-10:])
    hub.can_wait = set(descriptors) - senders
    ready = [descriptor for descriptor, _ in hub.do_poll(0)]
    assert senders == set(ready[:10])
    assert len(ready) == 10 + VIEWERS_A_TURN


def test_no_viewer_is_left_out_for_good(pairs: list[tuple[socket.socket, socket.socket]]) -> None:
    by_descriptor = {near.fileno(): near for near, _ in pairs}
    hub = hub_over(list(by_descriptor))
    hub.can_wait = set(by_descriptor)
    turns = 0
    while ready := hub.do_poll(0):
        turns += 1
        for descriptor, _ in ready:
            by_descriptor.pop(descriptor).recv(1)
    assert by_descriptor == {}
    assert turns <= MANY / VIEWERS_A_TURN + 1


def test_a_fair_socket_accepts_fair_sockets() -> None:
    """Otherwise one connection that floods would keep the worker to itself."""
    with FairSocket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                assert isinstance(accepted, FairSocket)
