"""A viewer that reconnects, as our clients do, and counts delivered and missed requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import websocket

from tests.support.patience import PATIENCE_SECONDS
from tests.support.viewers import PacketViewer

RECONNECT_SECONDS = 0.3

Open = Callable[[dict[str, Any], str], PacketViewer]


class Watcher:
    """Watches a callback from one local address until it is stopped."""

    def __init__(self, url: str, uuid: str, source: str, kind: type[PacketViewer]) -> None:
        self._url, self._source, self._kind = url, source, kind
        self._auth: dict[str, Any] = {"uuid": uuid}
        self._changed = threading.Condition()
        self._stopped = False
        self._viewer: PacketViewer | None = None
        self._ids: set[str] = set()
        self.epoch, self.seq = "", 0
        self.delivered = 0
        """Requests that arrived."""
        self.missed = 0
        """Missed requests: those that `joined` reported, and gaps in the seq."""
        self.duplicates = 0
        """Requests with an id that arrived before, because a balancer tried another worker."""
        self.new_epochs = 0
        """The number of new epochs after the first, in each of which counting starts again."""
        self.joins = 0
        self.faults: list[str] = []
        """Violations of the guarantees."""
        self.is_live = False
        self._interrupted_since = time.monotonic()
        self.longest_interruption = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> Watcher:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopped = True
        if self._viewer:
            with suppress(OSError):
                self._viewer.end()
        self._thread.join()

    def until(self, condition: Callable[[Watcher], object], name: str) -> None:
        """Wait until the condition is true; fail after the patience of the tests."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), PATIENCE_SECONDS), (
                f"not {name}: {self}"
            )

    def __repr__(self) -> str:
        return (
            f"<{self._source} at {self.epoch}:{self.seq}, live {self.is_live}, delivered "
            f"{self.delivered}, missed {self.missed}, joins {self.joins}, faults {self.faults}>"
        )

    def _watch(self) -> None:
        while not self._stopped:
            with suppress(OSError, websocket.WebSocketException, EOFError):
                with self._kind(self._url, self._auth, self._source) as self._viewer:
                    while not self._stopped:
                        kind, data = self._viewer.packet()
                        if kind == "42":
                            self._handle(*data)
            with self._changed:
                self._set_live(False)
            threading.Event().wait(RECONNECT_SECONDS)

    def _handle(self, name: str, payload: dict[str, Any]) -> None:
        with self._changed:
            if name == "joined":
                self._joined(payload)
            elif name == "request":
                self._requested(payload)
            elif name == "status" and payload["queue"] == "down":
                self._set_live(False)
            self._changed.notify_all()

    def _set_live(self, live: bool) -> None:
        now = time.monotonic()
        if live and not self.is_live:
            if self.joins:
                self.longest_interruption = max(
                    self.longest_interruption, now - self._interrupted_since
                )
        elif self.is_live and not live:
            self._interrupted_since = now
        self.is_live = live

    def _joined(self, joined: dict[str, Any]) -> None:
        epoch, seq, missed = joined["epoch"], joined["seq"], joined["missed"]
        if not self.joins:
            expected = 0
        elif epoch == self.epoch:
            expected = seq - self.seq
        else:
            expected = None
            self.new_epochs += 1
        if missed != expected:
            self.faults.append(f"joined at {seq} after {self.seq} with {missed} missed")
        self.missed += missed or 0
        self._set_live(True)
        self.joins += 1
        self._follow(epoch, seq)

    def _requested(self, request: dict[str, Any]) -> None:
        epoch, seq = request["epoch"], request["seq"]
        if epoch != self.epoch:
            self.new_epochs += 1
        elif seq <= self.seq:
            self.faults.append(f"seq {seq} after {self.seq}")
        else:
            self.missed += seq - self.seq - 1
        self.delivered += 1
        self.duplicates += request["id"] in self._ids
        self._ids.add(request["id"])
        self._follow(epoch, seq)

    def _follow(self, epoch: str, seq: int) -> None:
        self.epoch, self.seq = epoch, seq
        self._auth.update(epoch=epoch, seq=seq)
