"""Whether a worker can publish and hear: known by doing it, and reported when it changes.

A PING proves little: a read-only replica, a full Redis and a user without rights all respond to it.
So a probe does what a request's script does, with keys of its own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis import history, keys, scripts
from webhook_logger.delivery.redis.errors import REFUSED, code_of, log_text, reason_of
from webhook_logger.delivery.redis.publisher import Publisher

PROBE_SECONDS = 2.0
RETRY_SECONDS = 0.5
QUIET_SECONDS = 3.0
"""Without a failure for this long, trouble has ended."""
REPORT_SECONDS = 60.0
PROBES = tuple(f"probe-{number}" for number in (0, 1, 2, 3, 40, 41, 42, 43))
"""Used in place of a UUID: each is in another eighth of a cluster's slots."""
COUNTED = {"is_counted": True}
"""The `extra` of log records whose repetitions are counted here."""
NOT_YET = "This worker is not subscribed to the queue."

log = logging.getLogger(__name__)


class Trouble:
    """From the first failure to the last: one line at each end, and one a minute in between."""

    def __init__(self, report_seconds: float = REPORT_SECONDS) -> None:
        self._report_seconds = report_seconds
        self._count = 0
        self._began = self._last = self._reported = 0.0

    @property
    def lasts(self) -> bool:
        """Return whether it has begun and not ended."""
        return self._count > 0

    @property
    def is_quiet(self) -> bool:
        """Return whether nothing has failed for a while."""
        return time.monotonic() - self._last >= QUIET_SECONDS

    def note(self, error: Exception | str) -> None:
        """Count a failure; log the first one, and then the latest one of each minute."""
        self._last = time.monotonic()
        self._count += 1
        if self._count == 1:
            self._began = self._last
            log.warning("Queue trouble: %s", log_text(error), extra=COUNTED)
        elif self._last - self._reported >= self._report_seconds:
            text = "The queue trouble goes on after %d failures. The latest: %s"
            log.warning(text, self._count, log_text(error), extra=COUNTED)
        else:
            return
        self._reported = self._last

    def end(self) -> None:
        """Log that it is over, with the number of failures."""
        text = "The queue accepts requests again. The trouble lasted %d s, with %d failures."
        log.warning(text, round(self._last - self._began), self._count, extra=COUNTED)
        self._count = 0


class Readiness:
    """Why this worker is not ready, if it is not; `report` receives each change, and never blocks.

    `report(None)` says that it is ready.
    """

    def __init__(
        self, publishers: tuple[Publisher, ...], report: Callable[[str | None], None]
    ) -> None:
        self._publishers = publishers
        self._report = report
        self._reported: str | None = None
        self._is_subscribed = False
        self._deaf: str | None = NOT_YET
        """Why this worker hears nothing; None once it is subscribed and a probe has passed."""
        self._refusal: str | None = None
        """Why this worker cannot publish."""
        self._refused_at = 0.0
        self._trouble = Trouble()
        self._has_passed = False
        """Whether a probe has passed since the trouble began."""
        self._is_partial = False
        """Whether Redis refused a command after that: one node of a cluster takes some keys only,
        and a probe may not be one of them.
        """
        self._wake = threading.Event()

    @property
    def reason(self) -> str | None:
        """Return why this worker is not ready, or None."""
        return self._refusal or self._deaf

    # What others notice. None of these blocks.

    def is_deaf(self, error: Exception) -> None:
        """Note that the subscription has ended."""
        self._note(error)
        self._is_subscribed = False
        self._deaf = reason_of(error)
        self._update()

    def hears(self) -> None:
        """Note that all channels are subscribed to. The next probe shows whether that is enough:
        what ended the subscription may have ended more.
        """
        self._is_subscribed = True
        self._wake.set()

    def failed(self, error: Exception) -> None:
        """Note that a connection failed; the next probe shows whether it was that one alone."""
        self._note(error)

    def refused(self, error: str) -> None:
        """Note that Redis returned an error for a command."""
        self._note(error)
        if code_of(error):  # else something is wrong with that command alone
            self._refused_at = time.monotonic()
            self._is_partial = self._has_passed
            self._refusal = reason_of(error)
            self._update()

    def _note(self, error: Exception | str) -> None:
        if not self._trouble.lasts:
            self._has_passed = self._is_partial = False
            self._wake.set()
        self._trouble.note(error)

    # The probe

    def keep(self) -> None:
        """Probe for ever, more often while there is trouble."""
        while True:
            self._wake.wait(RETRY_SECONDS if self.reason or self._trouble.lasts else PROBE_SECONDS)
            self._wake.clear()
            try:
                self._probe(PROBES)
                self._probe_connections()
            except QueueUnavailable as error:
                self._miss(str(error))
            except Exception:
                log.exception("The queue cannot be probed.")
                self._miss(REFUSED)
            else:
                self._pass()

    def check(self) -> None:
        """Probe once. Raises `QueueUnavailable` when this worker is not ready."""
        if self.reason is None:
            self._probe(PROBES[:1])
        if self.reason:
            raise QueueUnavailable(self.reason)

    def _probe(self, names: tuple[str, ...]) -> None:
        calls = [
            self._publishers[0].submit_script(scripts.PROBE, [keys.key(name)], keys.channel(name))
            for name in names
        ]
        for call in calls:
            call.wait()

    def _probe_connections(self) -> None:
        """Each must lead to a master in the history that it was opened in. Rarely used ones are
        opened and kept open by this, too: a firewall may forget an idle one.
        """
        calls = [(each, each.submit("INFO", "replication")) for each in self._publishers]
        for publisher, call in calls:
            publisher.renew_unless(history.replication_id(history.fields(call.wait())))

    def _miss(self, reason: str) -> None:
        # Else Redis refused it by a known code, which is noted, or this worker is too busy to know.
        first, *others = self._publishers
        if first.is_unavailable or any(each.has_failed for each in others) or reason == REFUSED:
            self._note(reason)
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
            self._deaf = None
        self._update()
        if self._trouble.lasts and self._trouble.is_quiet and not self.reason:
            self._trouble.end()

    def _update(self) -> None:
        if self.reason != self._reported:
            self._reported = self.reason
            self._report(self.reason)
