"""Forward requests to targets unchanged: method, subpath, query, header lines and body.

Redirects are not followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from webhook_logger.client.errors import Invalid, TooLarge, TooSlow, Unreachable
from webhook_logger.client.http import Http, HttpResponse
from webhook_logger.client.relay.job_queue import JobQueue
from webhook_logger.client.relay.relayed import Relayed
from webhook_logger.client.relay.target import Target

KEEP_SECONDS = 0.2
"""Maximum idle time of a connection to a target. If the target closes an idle connection just as a
request is sent, it is unknown whether the target processed the request."""

FIRST_RETRY_SECONDS = 0.5
MAX_RETRY_SECONDS = 10.0
"""Seconds before a retry; they double with each retry."""

Context = TypeVar("Context")
"""A value that the caller passes with a request and gets back with the outcome."""


@dataclass(frozen=True, slots=True)
class ForwardOutcome:
    """The outcome of sending one request to one target."""

    target: Target
    response: HttpResponse | None
    """None if there was no response."""
    seconds: float
    """Duration of the last attempt."""
    attempts: int
    error: str = ""
    """Why there is no response."""
    permanent: bool = False
    """A retry would fail in the same way."""
    late: bool = False
    """The response did not arrive in time."""
    too_large: bool = False
    """The target processed the request, but its response was too large."""


@dataclass(frozen=True, slots=True)
class ForwardOptions:
    """Options of a forwarder."""

    timeout: float = 30
    """Maximum seconds for a response."""
    retries: int = 0
    """Maximum retries after no response, 429 or 5xx."""
    concurrency: int = 8
    """Maximum simultaneous requests to one target."""
    in_order: bool = False
    """Send one request at a time to each target, in the order of the stream."""


class Forwarder(Generic[Context]):
    """Sends each request to all targets in parallel.

    A slow target delays the others only when its queue is full.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        options: ForwardOptions,
        on_outcome: Callable[[Context, ForwardOutcome], None],
    ) -> None:
        """`on_outcome` is called with each outcome, from any thread."""
        self._options = options
        self._on_outcome = on_outcome
        threads = 1 if options.in_order else options.concurrency
        self._http = Http(timeout=options.timeout, keep_seconds=KEEP_SECONDS)
        self._queues = [
            (target, JobQueue[tuple[Target, Relayed, Context]](self._forward, threads))
            for target in targets
        ]

    def forward(self, request: Relayed, context: Context) -> None:
        """Queue a request for every target. Blocks while a queue is full."""
        for target, queue in self._queues:
            queue.put((target, request, context), len(request.body))

    def finish(self, seconds: float | None = None) -> None:
        """Wait until every request has an outcome, for at most `seconds`."""
        end = None if seconds is None else time.monotonic() + seconds
        for _, queue in self._queues:
            if not queue.finish(None if end is None else max(0, end - time.monotonic())):
                return  # the threads end with the process
        self._http.close()

    @property
    def left(self) -> int:
        """The number of requests without an outcome, over all targets."""
        return sum(queue.left for _, queue in self._queues)

    def _forward(self, work: tuple[Target, Relayed, Context]) -> None:
        target, request, context = work
        self._on_outcome(context, send(self._http, target, request, self._options.retries))


def send(http: Http, target: Target, request: Relayed, retries: int) -> ForwardOutcome:
    """Send one request; retry up to `retries` times after no response, 429 or 5xx."""
    pause = FIRST_RETRY_SECONDS
    outcome = _attempt(http, target, request)
    while outcome.attempts <= retries and _may_succeed(outcome):
        time.sleep(pause)
        pause = min(2 * pause, MAX_RETRY_SECONDS)
        outcome = replace(_attempt(http, target, request), attempts=outcome.attempts + 1)
    return outcome


def _may_succeed(outcome: ForwardOutcome) -> bool:
    if outcome.response is None:
        return not outcome.permanent
    return outcome.response.status == 429 or outcome.response.status >= 500


def _attempt(http: Http, target: Target, request: Relayed) -> ForwardOutcome:
    response, error, start = None, "", time.monotonic()
    permanent = late = too_large = False
    try:
        response = http.send(
            request.method,
            target.base,
            request.headers,
            request.body,
            target=target.target_of(request),
        )
    except (Invalid, TooLarge, Unreachable) as wrong:
        error, permanent = str(wrong), not isinstance(wrong, Unreachable)
        late, too_large = isinstance(wrong, TooSlow), isinstance(wrong, TooLarge)
    seconds = time.monotonic() - start
    return ForwardOutcome(target, response, seconds, 1, error, permanent, late, too_large)
