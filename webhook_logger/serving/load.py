"""The load of this process: its connections, and how long its green threads wait for a turn."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import eventlet

from webhook_logger.histogram import Histogram
from webhook_logger.serving.deadlines import seconds_to_next_check
from webhook_logger.serving.slots import ConnectionSlots


@dataclass
class Load:
    """The figures of a process that the metrics show."""

    slots: ConnectionSlots
    event_loop_lag: Histogram = field(default_factory=Histogram)
    """Seconds by which a timer was late."""

    def measure_lag(self) -> None:
        """Measure how late a timer is, without end. Everything else waits as long as the timer."""
        while True:
            seconds = seconds_to_next_check()
            due = time.perf_counter() + seconds
            eventlet.sleep(seconds)
            self.event_loop_lag.observe(max(0.0, time.perf_counter() - due))
