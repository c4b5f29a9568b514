"""Whether a worker can publish and hear: known by doing it, and reported when it changes.

A PING proves little: a read-only replica, a full Redis and a user without rights all answer it. So
a script does what a request's script does, with keys of its own.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from webhook_logger.delivery.base import QueueUnavailable
from webhook_logger.delivery.redis import history, keys, scripts
from webhook_logger.delivery.redis.errors import REFUSES, code_of, for_the_log, reason_of
from webhook_logger.delivery.redis.publisher import Publisher

PROBE_SECONDS = 2.0
RETRY_SECONDS = 0.5
QUIET_SECONDS = 3.0
"""Without a failure for so long, trouble is over."""
PROBES = tuple(f"probe-{number}" for number in (0, 1, 2, 3, 40, 41, 42, 43))
"""In place of a UUID: each lies in another eighth of a cluster's slots."""
COUNTED = {"is_counted": True}
"""For the log, which else counts what repeats."""
NOT_YET = "This worker is not subscribed to the queue."

log = logging.getLogger(__name__)


class Trouble:
    """From the first failure to the last: one line when it begins, and one when it ends."""

    def __init__(self) -> None:
        self._count = 0
        self._began = self._last = 0.0

    @property
    def lasts(self) -> bool:
        """Return whether it has begun and not ended."""
        return self._count > 0

    @property
    def is_quiet(self) -> bool:
        """Return whether nothing has failed for a while."""
        return time.monotonic() - self._last >= QUIET_SECONDS

    def note(self, error: Exception | str) -> None:
        """Count a failure, and log the first one."""
        self._last = time.monotonic()
        if not self._count:
            self._began = self._last
            log.warning("Queue trouble: %s", for_the_log(error), extra=COUNTED)
        self._count += 1

    def end(self) -> None:
        """Log that it is over, with the number of failures."""
        text = "The queue takes requests again. The trouble lasted %d s; %d times the queue failed."
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
        self._deaf: str | None = NOT_YET
        self._refusal: str | None = None
        self._trouble = Trouble()
        self._has_passed = False
        """Whether a probe has passed since the trouble began."""
        self._is_partial = False
        """Whether a command failed after that: a Redis Cluster takes some keys and not others."""
        self._wake = threading.Event()

    @property
    def reason(self) -> str | None:
        """Return why this worker is not ready, or None."""
        return self._deaf or self._refusal

    # What others notice. None of these blocks.

    def is_deaf(self, error: Exception) -> None:
        """Note that the subscription has ended."""
        self._note(error)
        self._deaf = reason_of(error)
        self._update()

    def hears(self) -> None:
        """Note that all channels are subscribed to."""
        self._deaf = None
        self._wake.set()
        self._update()

    def failed(self, error: Exception) -> None:
        """Note that a connection failed; the next probe shows whether it was that one alone."""
        self._note(error)

    def refused(self, error: str) -> None:
        """Note that Redis answered a command with an error."""
        self._note(error)
        if code_of(error):  # else something is wrong with that command alone
            self._is_partial = self._has_passed
            self._refusal = reason_of(error)
            self._update()

    def _note(self, error: Exception | str) -> None:
        if not self._trouble.lasts:
            self._wake.set()
        self._trouble.note(error)

    # The probe

    def keep(self) -> None:
        """Probe for ever, more often while there is trouble."""
        while True:
            self._wake.wait(RETRY_SECONDS if self._trouble.lasts else PROBE_SECONDS)
            self._wake.clear()
            try:
                self._probe(PROBES)
            except QueueUnavailable as error:
                self._miss(str(error))
            else:
                self._pass()

    def check(self) -> None:
        """Probe once. Raises `QueueUnavailable` when this worker is not ready."""
        if self.reason is None:
            self._probe(PROBES[:1])
        if self.reason:
            raise QueueUnavailable(self.reason)

    def _probe(self, names: tuple[str, ...]) -> None:
        publisher = self._publishers[0]
        info = publisher.submit("INFO", "replication")
        calls = [
            publisher.submit_script(scripts.PROBE, [keys.key(name)], keys.channel(name))
            for name in names
        ]
        for call in calls:
            call.wait()
        replication_id = history.replication_id(history.fields(info.wait()))
        for each in self._publishers:
            each.renew_unless(replication_id)

    def _miss(self, reason: str) -> None:
        # Else Redis refused it by a known code, which is noted, or this worker is too busy to know.
        if self._publishers[0].is_away or reason == REFUSES:
            self._note(reason)
            self._refusal = reason
            self._update()
        if self._refusal:
            for publisher in self._publishers:
                publisher.renew()

    def _pass(self) -> None:
        if self._is_partial and not self._trouble.is_quiet:
            return
        self._refusal, self._has_passed = None, True
        self._update()
        if self._trouble.lasts and self._trouble.is_quiet and not self.reason:
            self._trouble.end()
            self._has_passed = self._is_partial = False

    def _update(self) -> None:
        if self.reason != self._reported:
            self._reported = self.reason
            self._report(self.reason)
