"""Count the delivered and missed requests of one viewer, and check the guarantees."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.support.patience import PATIENCE_SECONDS

IDS_KEPT = 10_000
"""Number of ids kept to detect duplicates: a balancer sends a request again within seconds."""


class Tally:
    """The figures of one viewer, from its events in order."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self._name = kind, name
        self._changed = threading.Condition()
        self.places: dict[str, tuple[str, int]] = {}
        """The epoch and seq of the latest requests by id."""
        self._epochs: set[str] = set()
        """All epochs before this one."""
        self.epoch, self.seq = "", 0
        self.delivered = 0
        """Requests that arrived."""
        self.missed = 0
        """Missed requests: those that the server or the client reported, and gaps in the seq."""
        self.recovered = 0
        """Delivered requests that the server sent again after a reconnect, as `joined` reported."""
        self.duplicates = 0
        """Requests with an id that arrived before, because a balancer tried another worker."""
        self.new_epochs = 0
        """The number of new epochs after the first, in each of which `seq` starts again."""
        self.unknown_gaps = 0
        """Gaps in which the number of missed requests is unknown."""
        self.joins = 0
        self.faults: list[str] = []
        """Violations of the guarantees."""
        self.is_live = False
        self._interrupted_since = time.monotonic()
        self.longest_interruption = 0.0
        self._delivered_at = math.inf
        self.longest_silence = 0.0
        """The longest time between two requests, in seconds."""

    def until(self, condition: Callable[[Any], object], name: str) -> None:
        """Wait until the condition is true; fail after the patience of the tests."""
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), PATIENCE_SECONDS), (
                f"not {name}: {self}"
            )

    def __repr__(self) -> str:
        return (
            f"<{self.kind} {self._name} at {self.epoch}:{self.seq}, live {self.is_live}, delivered "
            f"{self.delivered}, missed {self.missed}, recovered {self.recovered}, joins "
            f"{self.joins}, faults {self.faults[:3]}>"
        )

    def handle(self, name: str, payload: Any) -> None:
        """Count one event: `joined`, `request` or `status` of the server, or `gap` or `live`."""
        with self._changed:
            if name == "joined":
                self._joined(**payload)
            elif name == "request":
                self._requested(payload["epoch"], payload["seq"], payload["id"])
            elif name == "gap":
                self._gap(payload)
            elif name == "recovered":
                self.recovered += payload
            elif name == "live":
                self._set_live(payload)
            elif name == "status" and payload["queue"] == "down":
                self._set_live(False)
            self._changed.notify_all()

    def _set_live(self, live: bool) -> None:
        now = time.monotonic()
        if live and not self.is_live:
            if self.joins:
                interruption = now - self._interrupted_since
                self.longest_interruption = max(self.longest_interruption, interruption)
        elif self.is_live and not live:
            self._interrupted_since = now
        self.is_live = live
        self.joins += live

    def _joined(
        self, epoch: str, seq: int, missed: int | None, recovered: int = 0, **_: object
    ) -> None:
        if self.joins and self.epoch not in ("", epoch):
            self._leave_epoch(epoch)
        elif missed != (seq - self.seq if self.joins else 0):
            self.faults.append(f"joined at {seq} after {self.seq} with {missed} missed")
        self._count(missed)
        self.recovered += recovered
        self._set_live(True)
        self.epoch, self.seq = epoch, seq

    def _gap(self, count: int | None) -> None:
        """Count a gap that a client reports instead of `joined`."""
        self._count(count)
        self.seq += count or 0

    def _count(self, missed: int | None) -> None:
        self.missed += missed or 0
        self.unknown_gaps += missed is None

    def _leave_epoch(self, epoch: str) -> None:
        self.new_epochs += 1
        self._epochs.add(self.epoch)
        if epoch in self._epochs:
            self.faults.append(f"epoch {epoch} again")

    def _requested(self, epoch: str, seq: int, name: str) -> None:
        if self.epoch not in ("", epoch):
            self._leave_epoch(epoch)
        elif seq <= self.seq:
            self.faults.append(f"seq {seq} after {self.seq}")
        else:
            self.missed += seq - self.seq - 1
        now = time.monotonic()
        self.longest_silence = max(self.longest_silence, now - self._delivered_at)
        self._delivered_at = now
        self.delivered += 1
        self.duplicates += name in self.places
        self.places[name] = epoch, seq
        if len(self.places) > IDS_KEPT:
            del self.places[next(iter(self.places))]
        self.epoch, self.seq = epoch, seq
