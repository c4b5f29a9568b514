"""A viewer that comes back when it is cut off, as our clients do, and counts what it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import websocket

from tests.support.patience import PATIENCE_SECONDS
from tests.support.viewers import PacketViewer

RETURN_SECONDS = 0.3

Open = Callable[[dict[str, Any], str], PacketViewer]


class Watcher:
    """Watches a callback from an address of its own until it is stopped."""

    def __init__(self, url: str, uuid: str, source: str, kind: type[PacketViewer]) -> None:
        self._url, self._source, self._kind = url, source, kind
        self._auth: dict[str, Any] = {"uuid": uuid}
        self._news = threading.Condition()
        self._stopped = False
        self._viewer: PacketViewer | None = None
        self._ids: set[str] = set()
        self.epoch, self.seq = "", 0
        self.delivered = 0
        """Requests, by their seq."""
        self.counted = 0
        """Requests that it was told it missed, and holes in the seq."""
        self.doubles = 0
        """Requests of an id that was seen before: a balancer's retries."""
        self.cannot_tell = 0
        """How often counting began anew."""
        self.joins = 0
        self.faults: list[str] = []
        """What must never be."""
        self.is_live = False
        self._away_since = time.monotonic()
        self.longest_away = 0.0
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

    def until(self, true: Callable[[Watcher], object], what: str) -> None:
        """Wait until that is true of it; fail when patience ends."""
        with self._news:
            assert self._news.wait_for(lambda: true(self), PATIENCE_SECONDS), f"not {what}: {self}"

    def __repr__(self) -> str:
        return (
            f"<{self._source} at {self.epoch}:{self.seq}, live {self.is_live}, delivered "
            f"{self.delivered}, counted {self.counted}, joins {self.joins}, faults {self.faults}>"
        )

    def _watch(self) -> None:
        while not self._stopped:
            with suppress(OSError, websocket.WebSocketException, EOFError):
                with self._kind(self._url, self._auth, self._source) as self._viewer:
                    while not self._stopped:
                        kind, data = self._viewer.packet()
                        if kind == "42":
                            self._take(*data)
            with self._news:
                self._set_live(False)
            threading.Event().wait(RETURN_SECONDS)

    def _take(self, name: str, payload: dict[str, Any]) -> None:
        with self._news:
            if name == "joined":
                self._joined(payload)
            elif name == "request":
                self._requested(payload)
            elif name == "status" and payload["queue"] == "down":
                self._set_live(False)
            self._news.notify_all()

    def _set_live(self, live: bool) -> None:
        now = time.monotonic()
        if live and not self.is_live:
            if self.joins:
                self.longest_away = max(self.longest_away, now - self._away_since)
        elif self.is_live and not live:
            self._away_since = now
        self.is_live = live

    def _joined(self, joined: dict[str, Any]) -> None:
        epoch, seq, missed = joined["epoch"], joined["seq"], joined["missed"]
        if not self.joins:
            expected = 0
        elif epoch == self.epoch:
            expected = seq - self.seq
        else:
            expected = None
            self.cannot_tell += 1
        if missed != expected:
            self.faults.append(f"joined at {seq} after {self.seq} with {missed} missed")
        self.counted += missed or 0
        self._set_live(True)
        self.joins += 1
        self._follow(epoch, seq)

    def _requested(self, request: dict[str, Any]) -> None:
        epoch, seq = request["epoch"], request["seq"]
        if epoch != self.epoch:
            self.cannot_tell += 1
        elif seq <= self.seq:
            self.faults.append(f"seq {seq} after {self.seq}")
        else:
            self.counted += seq - self.seq - 1
        self.delivered += 1
        self.doubles += request["id"] in self._ids
        self._ids.add(request["id"])
        self._follow(epoch, seq)

    def _follow(self, epoch: str, seq: int) -> None:
        self.epoch, self.seq = epoch, seq
        self._auth.update(epoch=epoch, seq=seq)
