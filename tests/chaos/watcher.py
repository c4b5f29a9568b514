"""A viewer that reconnects, as our clients do, and counts delivered and missed requests."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import websocket

from tests.chaos.tally import Tally
from tests.support.viewers import PacketViewer

RECONNECT_SECONDS = 0.3


class Watcher(Tally):
    """Watches a callback from one local address until it is stopped."""

    def __init__(self, url: str, uuid: str, source: str, kind: type[PacketViewer]) -> None:
        super().__init__("raw", source)
        self._url, self._source, self._kind = url, source, kind
        self._auth: dict[str, Any] = {"uuid": uuid}
        self._stopped = False
        self._reads = threading.Event()
        self._reads.set()
        self._viewer: PacketViewer | None = None
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> Watcher:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopped = True
        self._reads.set()
        if self._viewer:
            with suppress(OSError):
                self._viewer.end()
        self._thread.join()

    def starve(self) -> None:
        """Stop reading after the next packet, with a small buffer in the kernel."""
        assert self._viewer
        self._viewer.shrink_buffer()
        self._reads.clear()

    def feed(self) -> None:
        """Read again."""
        self._reads.set()

    def _watch(self) -> None:
        while not self._stopped:
            with suppress(OSError, websocket.WebSocketException, EOFError):
                with self._kind(self._url, self._auth, self._source) as self._viewer:
                    opened = self._viewer.open
                    seconds = (opened["pingInterval"] + opened["pingTimeout"]) / 1000
                    self._viewer.wait_seconds(seconds)
                    while not self._stopped:
                        self._reads.wait()
                        kind, data = self._viewer.packet()
                        if kind == "42":
                            self.handle(*data)
                            self._auth.update(epoch=self.epoch, seq=self.seq)
            self.handle("live", False)
            threading.Event().wait(RECONNECT_SECONDS)
