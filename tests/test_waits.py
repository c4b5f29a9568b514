"""Gates, for the threads of the operating system and for green threads."""

from __future__ import annotations

import socket
import threading
from typing import Any

import eventlet
import pytest
from eventlet.greenio import GreenSocket

from tests.support.patience import PATIENCE_SECONDS
from webhook_logger import waits
from webhook_logger.serving.eventlet import GreenGate, GreenWaits


def test_a_thread_waits_until_its_gate_is_open() -> None:
    gate, passed = waits.gate(), threading.Event()
    threading.Thread(target=lambda: (gate.wait(), passed.set()), daemon=True).start()
    assert not passed.is_set()
    gate.open()
    assert passed.wait(PATIENCE_SECONDS)


def test_a_thread_does_not_wait_at_an_open_gate() -> None:
    for gate in (waits.gate(), GreenGate()):
        gate.open()
        gate.open()
        gate.wait()


def spawn(gate: GreenGate, name: str, passed: list[str]) -> Any:
    def run() -> None:
        gate.wait()
        passed.append(name)

    thread = eventlet.spawn(run)
    eventlet.sleep()
    return thread


def test_green_threads_continue_in_the_order_in_which_their_gates_opened() -> None:
    passed: list[str] = []
    first, second = GreenGate(), GreenGate()
    threads = [spawn(second, "second", passed), spawn(first, "first", passed)]
    first.open()
    second.open()
    assert passed == []
    for thread in threads:
        thread.wait()
    assert passed == ["first", "second"]


def test_a_green_thread_whose_gate_is_first_continues_before_others() -> None:
    passed: list[str] = []
    other, first = GreenGate(), GreenGate(is_first=True)
    threads = [spawn(other, "other", passed), spawn(first, "first", passed)]
    other.open()
    first.open()
    for thread in threads:
        thread.wait()
    assert passed == ["first", "other"]


def test_a_green_thread_that_ends_before_its_gate_opens_does_not_continue() -> None:
    passed: list[str] = []
    gates = GreenGate(), GreenGate()
    ended, other = (spawn(gate, "", passed) for gate in gates)
    for gate in gates:
        gate.open()
    ended.kill()
    other.wait()
    assert passed == [""]


@pytest.mark.parametrize("error", [ValueError("it fails"), BaseException("it fails")])
def test_a_green_thread_that_fails_does_not_keep_the_others_waiting(
    error: BaseException, capfd: pytest.CaptureFixture[str]
) -> None:
    passed: list[str] = []
    failing, gate = GreenGate(), GreenGate()

    def fail() -> None:
        failing.wait()
        raise error

    eventlet.spawn_n(fail)
    eventlet.sleep()
    thread = spawn(gate, "other", passed)
    failing.open()
    gate.open()
    thread.wait()
    assert passed == ["other"]
    assert "it fails" in capfd.readouterr().err


def test_a_green_thread_waits_for_the_bytes_of_an_adopted_socket() -> None:
    near, far = socket.socketpair()
    with far:
        green = GreenSocket(near)
        adopted = GreenWaits().adopt(green)
        thread = eventlet.spawn(adopted.recv, 10)
        eventlet.sleep()
        far.send(b"first")
        assert thread.wait() == b"first"
        thread = eventlet.spawn(adopted.recv, 10)
        eventlet.sleep()
        adopted.shutdown(socket.SHUT_RDWR)
        assert thread.wait() == b""
        adopted.close()


def test_an_adopted_socket_keeps_its_timeout() -> None:
    near, far = socket.socketpair()
    with far:
        green = GreenSocket(near)
        green.settimeout(0.01)
        adopted = GreenWaits().adopt(green)
        with pytest.raises(TimeoutError):
            adopted.recv(10)
        adopted.close()


def test_threads_of_the_system_keep_their_socket() -> None:
    near, far = socket.socketpair()
    with near, far:
        assert waits.adopt(near) is near
