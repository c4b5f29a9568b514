"""Sockets that take turns."""

from __future__ import annotations

import time
from typing import Any

from eventlet.greenio import GreenSocket
from eventlet.hubs import IOClosed, trampoline

CALLS_A_TURN = 16


class FairSocket(GreenSocket):  # type: ignore[misc]  # eventlet has no types
    """A green socket that lets the others run every few calls; what it accepts is one, too.

    eventlet changes green threads only where a call would block: a peer that always has bytes
    ready would keep the whole worker to itself, with pipelined requests or a flood of frames.
    """

    _calls = 0

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        """The next bytes."""
        self._take_turns()
        try:
            return self.fd.recv(bufsize, flags)  # type: ignore[no-any-return]
        except BlockingIOError:
            pass
        data: bytes = super().recv(bufsize, flags)
        return data

    def recv_later(self, bufsize: int) -> bytes:
        """The next bytes, where none are expected to be there yet: no try is wasted."""
        try:
            trampoline(self.fd, read=True, mark_as_closed=self._mark_as_closed)
        except IOClosed:
            return b""
        return self.recv(bufsize)

    def send(self, data: Any, flags: int = 0) -> int:
        """Send some; `sendall` comes here for each part."""
        self._take_turns()
        try:
            return self.fd.send(data, flags)  # type: ignore[no-any-return]
        except BlockingIOError:
            pass
        return int(super().send(data, flags))

    def send_now(self, data: bytes) -> int:
        """Send as much as the kernel takes, without a wait; how much that was."""
        try:
            return int(self.fd.send(data))
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)  # gone, as its reader finds, too

    def _take_turns(self) -> None:
        self._calls += 1
        if self._calls >= CALLS_A_TURN:
            self._calls = 0
            time.sleep(0)  # green, as the whole process is
