"""How a thread waits: for another thread, at a gate, or for a socket.

Each request through the queue waits several times. The server's threads are green: for them,
`serving` replaces these ways to wait by cheaper ones. This module needs only the standard library.
"""

from __future__ import annotations

import threading
from typing import Any, Protocol


class Gate(Protocol):
    """A place where at most one thread waits until another thread opens it permanently."""

    def wait(self) -> None:
        """Wait until the gate is open."""

    def open(self) -> None:
        """Let the thread continue soon. Has no effect on a gate that is open. Never blocks."""


class WaysToWait(Protocol):
    """The ways to wait of one kind of threads."""

    def gate(self, is_first: bool = False) -> Gate:
        """Return a closed gate. If it is first, its thread continues before others."""

    def adopt(self, sock: Any) -> Any:
        """Return a socket with the same connection whose `recv` waits with little effort. Close it
        before the given one, which must not be used to read, send or set a timeout any more.
        """


class _ThreadGate:
    """A gate for the threads of the operating system."""

    def __init__(self) -> None:
        self._opened = threading.Event()

    def wait(self) -> None:
        self._opened.wait()

    def open(self) -> None:
        self._opened.set()


class _ThreadWaits:
    """The ways to wait of the threads of the operating system."""

    def gate(self, is_first: bool = False) -> Gate:
        return _ThreadGate()

    def adopt(self, sock: Any) -> Any:
        """Return the socket itself, whose `recv` waits in the system."""
        return sock


_waits: WaysToWait = _ThreadWaits()


def use(waits: WaysToWait) -> None:
    """Use these ways to wait from now on. Call this before any thread waits."""
    global _waits  # noqa: PLW0603  # like monkey-patching, for the whole process
    _waits = waits


def gate(is_first: bool = False) -> Gate:
    """Return a closed gate. If it is first, its thread continues before others."""
    return _waits.gate(is_first)


def adopt(sock: Any) -> Any:
    """Return a socket with the same connection whose `recv` waits with little effort. Close it
    before the given one, which must not be used to read, send or set a timeout any more.
    """
    return _waits.adopt(sock)
