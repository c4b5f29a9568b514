"""Probes whether a worker can publish and receive, and reports each change.

PING is not sufficient: a read-only replica, a full Redis and a Redis that denies permissions all
respond to it. So a probe runs the commands of a request's script, with separate keys.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis import history
from webhook_logger.delivery.redis.errors import REFUSED, code_of, log_text, reason_of
from webhook_logger.delivery.redis.keys import Keys
from webhook_logger.delivery.redis.publisher import Publisher

PROBE_SECONDS = 2.0
RETRY_SECONDS = 0.5
QUIET_SECONDS = 3.0
"""A period of failures ends after this time without a failure."""
REPORT_SECONDS = 60.0
PROBES = tuple(f"probe-{number}" for number in (0, 1, 2, 3, 40, 41, 42, 43))
"""Used instead of UUIDs. Each one is in a different eighth of a cluster's slots."""
COUNTED = {"is_counted": True}
"""The `extra` of log records whose repetitions this module counts."""
NOT_SUBSCRIBED = "This worker is not subscribed to the queue."

log = logging.getLogger(__name__)


class FailurePeriod:
    """Logs a period of failures: its start, its end, and one failure per minute in between."""

    def __init__(self, report_seconds: float = REPORT_SECONDS) -> None:
        self._report_seconds = report_seconds
        self.place = ""
        """Where Redis is, if there are several."""
        self._count = 0
        self._began = self._last = self._reported = 0.0

    @property
    def is_active(self) -> bool:
        """Return whether a period has started and not ended."""
        return self._count > 0

    @property
    def is_quiet(self) -> bool:
        """Return whether the last failure was `QUIET_SECONDS` ago."""
        return time.monotonic() - self._last >= QUIET_SECONDS

    def record(self, error: Exception | str) -> None:
        """Count a failure. Log the first one, and then the latest one of each minute."""
        self._last = time.monotonic()
        self._count += 1
        if self._count == 1:
            self._began = self._last
            log.warning("Queue error%s: %s", self.place, log_text(error), extra=COUNTED)
        elif self._last - self._reported >= self._report_seconds:
            text = "Queue errors%s continue, after %d failures. The latest: %s"
            log.warning(text, self.place, self._count, log_text(error), extra=COUNTED)
        else:
            return
        self._reported = self._last

    def end(self) -> None:
        """Log the end of the period, with the number of failures."""
        text = "The queue%s accepts requests again, after %d s with %d failures."
        seconds = round(self._last - self._began)
        log.warning(text, self.place, seconds, self._count, extra=COUNTED)
        self._count = 0


class Readiness:
    """The reason why this worker is not ready, or None if it is ready.

    Calls `report` with each change of the reason; `report` must not block.
    """

    def __init__(
        self,
        publishers: tuple[Publisher, ...],
        report: Callable[[str | None], None],
        keys: Keys,
        script: str,
    ) -> None:
        self._publishers = publishers
        self._keys = keys
        self._script = script
        self._report = report
        self._reported: str | None = None
        self._is_subscribed = False
        self._subscription_error: str | None = NOT_SUBSCRIBED
        """Why this worker receives no messages; None after it subscribed and a probe passed."""
        self._refusal: str | None = None
        """Why this worker cannot publish."""
        self._refused_at = 0.0
        self._failures = FailurePeriod()
        self._has_passed = False
        """Whether a probe has passed since the failures began."""
        self._is_partial = False
        """Whether Redis returned an error after that. A node of a cluster accepts only some keys,
        and a probe may not use one of the others.
        """
        self._wake = threading.Event()
        self._has_ended = False
        self.probes: Sequence[str] = PROBES
        """Used in place of UUIDs."""

    def begin_at(self, host: str, port: int) -> None:
        """Name this Redis in the log, and report when it is ready for the first time."""
        self._failures.place = f" at {host}:{port}"
        self._reported = NOT_SUBSCRIBED

    def end(self) -> None:
        """End `run`."""
        self._has_ended = True
        self._wake.set()

    @property
    def reason(self) -> str | None:
        """Return why this worker is not ready, or None."""
        return self._refusal or self._subscription_error

    # Events of connections and commands. These methods do not block.

    def subscription_lost(self, error: Exception) -> None:
        """Note that the subscription ended."""
        self._record(error)
        self._is_subscribed = False
        self._subscription_error = reason_of(error)
        self._update()

    def subscribed(self) -> None:
        """Note that all channels are subscribed to. This worker is not ready before the next probe,
        because other connections may have failed together with the subscription.
        """
        self._is_subscribed = True
        self._wake.set()

    def failed(self, error: Exception) -> None:
        """Note that a connection failed; the next probe checks whether the queue is available."""
        self._record(error)

    def refused(self, error: str) -> None:
        """Note that Redis returned an error for a command."""
        self._record(error)
        if code_of(error):  # otherwise the error affects only that command
            self._refused_at = time.monotonic()
            self._is_partial = self._has_passed
            self._refusal = reason_of(error)
            self._update()

    def _record(self, error: Exception | str) -> None:
        if not self._failures.is_active:
            self._has_passed = self._is_partial = False
            self._wake.set()
        self._failures.record(error)

    # Probes

    def run(self) -> None:
        """Probe until the end, and more often during failures."""
        while not self._has_ended:
            self._wake.wait(
                RETRY_SECONDS if self.reason or self._failures.is_active else PROBE_SECONDS
            )
            self._wake.clear()
            try:
                self._probe(self.probes)
                self._probe_connections()
            except QueueUnavailable as error:
                self._fail(str(error))
            except Exception:
                log.exception("The probe of the queue failed.")
                self._fail(REFUSED)
            else:
                self._pass()

    def check(self) -> None:
        """Probe once. Raises `QueueUnavailable` if this worker is not ready."""
        if self.reason is None:
            self._probe(self.probes[:1])
        if self.reason:
            raise QueueUnavailable(self.reason)

    def _probe(self, names: Sequence[str]) -> None:
        first, keys = self._publishers[0], self._keys
        calls = [
            first.submit_script(self._script, [keys.key(name)], keys.channel(name))
            for name in names
        ]
        for call in calls:
            call.wait()

    def _probe_connections(self) -> None:
        """Check that each connection leads to a master in the history in which it was opened. This
        also opens rarely used connections, and keeps firewalls from closing idle ones.
        """
        calls = [(each, each.submit("INFO", "replication")) for each in self._publishers]
        for publisher, call in calls:
            publisher.renew_unless(history.replication_id(history.fields(call.wait())))

    def _fail(self, reason: str) -> None:
        # In other cases `refused` has recorded an error with a known code, or this worker is too
        # busy to know the state of the queue.
        first, *others = self._publishers
        if first.is_unavailable or any(each.has_failed for each in others) or reason == REFUSED:
            self._record(reason)
            self._refusal = reason
            self._update()
        if self._refusal:
            for publisher in self._publishers:
                publisher.renew()

    def _pass(self) -> None:
        if self._is_partial and time.monotonic() - self._refused_at < QUIET_SECONDS:
            return
        self._refusal, self._has_passed, self._is_partial = None, True, False
        if self._is_subscribed:
            self._subscription_error = None
        self._update()
        if self._failures.is_active and self._failures.is_quiet and not self.reason:
            self._failures.end()

    def _update(self) -> None:
        if self.reason != self._reported:
            self._reported = self.reason
            self._report(self.reason)
