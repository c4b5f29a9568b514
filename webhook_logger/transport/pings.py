"""Engine.IO's pings, by one thread for all viewers."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Any

from engineio import packet
from engineio.packet import Packet


class Pings:
    """Sends a ping so long after the last pong; that Engine.IO finds overdue what is overdue."""

    def __init__(self) -> None:
        self._due: deque[tuple[float, Any]] = deque()
        self._wake = threading.Event()
        self._runs = False

    def pong(self, socket: Any) -> None:
        """The viewer of that Engine.IO socket is there: ask it again after the interval."""
        socket.last_ping = None
        self._due.append((time.monotonic() + socket.server.ping_interval, socket))
        self._wake.set()
        if not self._runs:
            self._runs = True
            threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._due:
                due, socket = self._due.popleft()
                time.sleep(max(0.0, due - time.monotonic()))
                if not (socket.closing or socket.closed):
                    socket.last_ping = time.time()
                    socket.queue.put(Packet(packet.PING))


pings = Pings()
