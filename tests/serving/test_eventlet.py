"""Sockets that share their worker, and the hub that wakes them, with a real epoll.

Each test runs in a new thread, which has its own hub.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import wraps
from typing import Any

import eventlet
import pytest
from eventlet import hubs

from tests.support.patience import PATIENCE_SECONDS
from tests.support.threads import in_this_thread
from webhook_logger.serving.eventlet import FairHub, ListeningPoller, fair
from webhook_logger.serving.poller import VIEWERS_PER_TURN, EpollPoller
from webhook_logger.serving.sockets import CALLS_PER_TURN, FairSocket

MANY = 100

pytestmark = pytest.mark.skipif(not hasattr(select, "epoll"), reason="needs epoll")

Test = Callable[..., None]


def with_hub(*kinds: Any) -> Callable[[Test], Test]:
    """Run a test in a new thread for each kind of hub."""

    def decorate(test: Test) -> Test:
        @wraps(test)
        def run(*args: Any, **kwargs: Any) -> None:
            for kind in kinds:
                raised: list[BaseException] = []

                def in_thread(kind: Any = kind, raised: Any = raised) -> None:
                    try:
                        hubs.use_hub(kind)
                        with eventlet.Timeout(PATIENCE_SECONDS):
                            test(*args, **kwargs)
                    except BaseException as error:  # noqa: BLE001  # raised again below
                        raised.append(error)

                thread = threading.Thread(target=in_thread)
                thread.start()
                thread.join()
                if raised:
                    raise raised[0]

        return run

    return decorate


EVENTLET_HUB = "epolls"
both_hubs = with_hub(FairHub, EVENTLET_HUB)
fair_hub = with_hub(FairHub)


def pair() -> tuple[FairSocket, socket.socket]:
    near, far = socket.socketpair()
    return fair(near), far


def poller() -> EpollPoller:
    hub = hubs.get_hub()
    assert isinstance(hub, FairHub)
    return hub.poller


def run_turns(turns: int = 3) -> None:
    for _ in range(turns):
        eventlet.sleep()


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


def watched(near: list[socket.socket]) -> EpollPoller:
    """Return the poller of the hub, which waits for all these sockets."""
    for sock in near:
        poller().call_when_readable(fair(sock), lambda: None)
    return poller()


@fair_hub
def test_a_turn_handles_all_senders_before_a_few_viewers(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    descriptors = [near.fileno() for near, _ in pairs]
    polled, senders = watched([near for near, _ in pairs]), set(descriptors[-10:])
    polled.deferrable = set(descriptors) - senders
    ready = [descriptor for descriptor, _ in polled.ready(0)]
    assert senders == set(ready[:10])
    assert len(ready) == 10 + VIEWERS_PER_TURN


@fair_hub
def test_every_viewer_gets_a_turn(pairs: list[tuple[socket.socket, socket.socket]]) -> None:
    by_descriptor = {near.fileno(): near for near, _ in pairs}
    polled = watched([near for near, _ in pairs])
    polled.deferrable = set(by_descriptor)
    turns = 0
    while ready := polled.ready(0):
        turns += 1
        for descriptor, _ in ready:
            by_descriptor.pop(descriptor).recv(1)
    assert by_descriptor == {}
    assert turns <= MANY / VIEWERS_PER_TURN + 1


@both_hubs
def test_a_fair_socket_accepts_fair_sockets() -> None:
    """Otherwise one connection that floods would block the worker."""
    listener = fair(socket.create_server(("127.0.0.1", 0)))
    accepting = eventlet.spawn(listener.accept)
    eventlet.sleep()  # `accept` waits
    with socket.create_connection(listener.getsockname()) as client:
        accepted, address = accepting.wait()
        assert isinstance(accepted, FairSocket)
        assert address == client.getsockname()
        accepted.close()
    listener.close()


@both_hubs
def test_a_socket_that_never_waits_yields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", in_this_thread(eventlet.sleep, time.sleep))
    near, far = pair()
    far.send(b"x" * CALLS_PER_TURN)
    others: list[int] = []
    eventlet.spawn_n(others.append, 1)
    for _ in range(CALLS_PER_TURN - 1):
        near.recv(1)
    assert not others
    near.recv(1)
    assert others
    near.close()
    far.close()


@both_hubs
def test_a_large_body_is_sent_while_its_client_reads() -> None:
    near, far = pair()
    body = os.urandom(4_000_000)
    sending = eventlet.spawn(near.sendall, body)
    received, reader = bytearray(), fair(far)
    while len(received) < len(body):
        received += reader.recv(100_000)
    sending.wait()
    assert received == body
    near.close()
    reader.close()


@both_hubs
def test_one_thread_reads_while_another_one_waits_to_write() -> None:
    near, far = pair()
    sending = eventlet.spawn(near.sendall, b"x" * 4_000_000)
    reading = eventlet.spawn(near.recv, 10)
    run_turns()
    far.send(b"y")
    assert reading.wait() == b"y"
    assert not sending.dead
    far.close()
    with pytest.raises(BrokenPipeError):
        sending.wait()
    near.close()


@both_hubs
def test_a_wait_has_a_timeout() -> None:
    near, far = pair()
    near.settimeout(0.01)
    with pytest.raises(TimeoutError):
        near.recv(1)
    near.settimeout(None)
    far.send(b"x")
    assert near.recv(1) == b"x"
    near.close()
    far.close()


@both_hubs
def test_a_killed_thread_does_not_keep_the_next_one_from_waiting() -> None:
    near, far = pair()
    killed = eventlet.spawn(near.recv, 1)
    run_turns()
    killed.kill()
    reading = eventlet.spawn(near.recv, 1)
    run_turns()
    far.send(b"x")
    assert reading.wait() == b"x"
    near.close()
    far.close()


@fair_hub
def test_two_threads_cannot_wait_for_the_same_bytes() -> None:
    near, far = pair()
    reading = eventlet.spawn(near.recv, 1)
    run_turns()
    with pytest.raises(RuntimeError):
        near.recv(1)
    with pytest.raises(RuntimeError):
        near.call_when_readable(lambda: None)
    far.send(b"x")
    assert reading.wait() == b"x"
    near.close()
    far.close()


@both_hubs
def test_closing_a_socket_ends_the_wait_of_its_reader() -> None:
    near, far = pair()
    reading = eventlet.spawn(near.recv_later, 1)
    run_turns()
    near.close()
    with pytest.raises(OSError, match=r"closed|Bad file"):
        reading.wait()
    assert near.fileno() == -1
    far.close()


@fair_hub
def test_a_closed_socket_is_not_watched_while_a_duplicate_of_it_is_open() -> None:
    """Another worker may have the duplicate. Its events would wake this hub without end."""
    near, far = pair()
    reading = eventlet.spawn(near.recv, 1)
    run_turns()
    duplicate = os.dup(near.fileno())
    reading.kill()
    near.close()
    far.send(b"x")
    assert poller().ready(0) == []
    assert poller().sockets == {}
    os.close(duplicate)
    far.close()


@fair_hub
def test_a_new_connection_does_not_get_the_events_of_an_older_one_with_its_descriptor() -> None:
    near, far = pair()
    descriptor = near.fileno()
    reading = eventlet.spawn(near.recv, 1)
    run_turns()
    os.close(descriptor)  # behind the socket's back
    other, sender = socket.socketpair()
    if other.fileno() != descriptor:
        os.dup2(other.fileno(), descriptor)
        other.close()
        other = socket.socket(fileno=descriptor)
    hubs.notify_opened(descriptor)
    reopened = fair(other)
    sender.send(b"for the new one")
    with pytest.raises(OSError, match=r"closed|Bad file"):
        reading.wait()
    near.close()
    assert reopened.recv(100) == b"for the new one"
    reopened.close()
    sender.close()
    far.close()


@fair_hub
def test_events_that_nothing_waits_for_do_not_wake_the_hub_again() -> None:
    """Such as pipelined requests, or a client that leaves during its request."""
    near, far = pair()
    far.send(b"1")
    assert near.recv_later(1) == b"1"
    far.send(b"2")
    far.shutdown(socket.SHUT_WR)
    run_turns()
    assert poller().ready(0) == []
    assert near.recv_later(1) == b"2"
    assert near.recv_later(1) == b""
    far.close()
    run_turns()
    assert poller().ready(0) == []
    near.close()


@both_hubs
def test_a_function_is_called_once_when_bytes_arrive() -> None:
    near, far = pair()
    called: list[bytes | None] = []
    near.call_when_readable(lambda: called.append(near.recv_now(10)))
    run_turns()
    assert called == []
    far.send(b"1")
    run_turns()
    far.send(b"2")
    run_turns()
    assert called == [b"1"]
    near.call_when_readable(lambda: called.append(near.recv_now(10)))
    run_turns()
    assert called == [b"1", b"2"]
    assert near.recv_now(10) is None
    near.close()
    far.close()


@both_hubs
def test_a_function_is_called_when_the_connection_ends_or_the_socket_is_closed() -> None:
    near, far = pair()
    ended: list[bytes | None] = []
    near.call_when_readable(lambda: ended.append(near.recv_now(10)))
    far.close()
    run_turns()
    assert ended == [b""]
    near.call_when_readable(lambda: ended.append(None))
    near.close()
    run_turns()
    assert ended == [b"", None]


@both_hubs
def test_a_failing_function_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("a detail")

    (near, far), (other, other_far) = pair(), pair()
    near.call_when_readable(fail)
    far.send(b"x")
    other_far.send(b"x")
    assert other.recv_later(1) == b"x"
    run_turns()
    if isinstance(hubs.get_hub(), FairHub):
        assert "A green thread failed." in caplog.text
    for sock in (near, far, other, other_far):
        sock.close()


@with_hub(EVENTLET_HUB)
def test_another_hub_waits_with_its_own_listeners() -> None:
    near, far = pair()
    assert isinstance(near._poller, ListeningPoller)
    near.close()
    far.close()
