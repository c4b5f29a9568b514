"""Requests sent again to targets, faithfully: method, path below the callback, query, header lines
in their order and case, exact bytes. Redirects are responses like any other. Prints nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from webhook_logger.client.errors import Invalid, TooLarge, TooSlow, Unreachable
from webhook_logger.client.http import Http, HttpResponse
from webhook_logger.client.relay.lanes import Lane
from webhook_logger.client.relay.relayed import Relayed
from webhook_logger.client.relay.target import Target

KEEP_SECONDS = 0.2
"""An idle connection to a target is not kept longer: servers close theirs, and of a request that is
sent at that moment nobody can tell whether it was taken."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
"""Seconds before a request is tried again: twice as many each time."""

About = TypeVar("About")
"""What the sender of a request wants to know it by."""


@dataclass(frozen=True, slots=True)
class ForwardOutcome:
    """What came of sending one request to one target."""

    target: Target
    response: HttpResponse | None
    """None: there was none."""
    seconds: float
    """From the start of the last try until its response was there."""
    tries: int
    error: str = ""
    """Why there was no response, as a sentence."""
    hopeless: bool = False
    """It would end the same way again."""
    late: bool = False
    """The response did not come in time."""
    too_large: bool = False
    """There was a response, but too large a one: the target has done its work."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How requests are forwarded."""

    timeout: float = 30
    """Seconds that a target has to respond."""
    retries: int = 0
    """How often one is tried again that got no response, or 429 or 5xx."""
    concurrency: int = 8
    """How many requests are on their way to one target at a time."""
    in_order: bool = False
    """One after the other to each target, in the order of the stream."""


class Forwarder(Generic[About]):
    """Sends requests to all of its targets, at the same time; no target waits for another, for as
    long as no more waits for it than a lane has room for.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        manner: Manner,
        tell: Callable[[About, ForwardOutcome], None],
    ) -> None:
        """`tell` is called with each outcome, by any thread."""
        self._manner = manner
        self._tell = tell
        threads = 1 if manner.in_order else manner.concurrency
        self._http = Http(timeout=manner.timeout, keep_seconds=KEEP_SECONDS)
        self._lanes = [
            (target, Lane[tuple[Target, Relayed, About]](self._forward, threads))
            for target in targets
        ]

    def forward(self, request: Relayed, about: About) -> None:
        """Send a request to every target, soon; waits while too many are waiting."""
        for target, lane in self._lanes:
            lane.put((target, request, about), len(request.body))

    def finish(self, seconds: float | None = None) -> None:
        """Wait until every request has its outcome, `seconds` at most."""
        end = None if seconds is None else time.monotonic() + seconds
        for _, lane in self._lanes:
            if not lane.finish(None if end is None else max(0, end - time.monotonic())):
                return  # their threads end with the process
        self._http.close()

    @property
    def left(self) -> int:
        """How many requests have no outcome yet, over all targets."""
        return sum(lane.left for _, lane in self._lanes)

    def _forward(self, work: tuple[Target, Relayed, About]) -> None:
        target, request, about = work
        self._tell(about, send(self._http, target, request, self._manner.retries))


def send(http: Http, target: Target, request: Relayed, retries: int) -> ForwardOutcome:
    """Send one request, again up to `retries` times where it gets no response, or 429 or 5xx."""
    pause = FIRST_PAUSE
    outcome = _try(http, target, request)
    while outcome.tries <= retries and _may_pass(outcome):
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
        outcome = replace(_try(http, target, request), tries=outcome.tries + 1)
    return outcome


def _may_pass(outcome: ForwardOutcome) -> bool:
    if outcome.response is None:
        return not outcome.hopeless
    return outcome.response.status == 429 or outcome.response.status >= 500


def _try(http: Http, target: Target, request: Relayed) -> ForwardOutcome:
    response, error, begun = None, "", time.monotonic()
    hopeless = late = too_large = False
    try:
        response = http.send(
            request.method,
            target.base,
            request.headers,
            request.body,
            target=target.target_of(request),
        )
    except (Invalid, TooLarge, Unreachable) as wrong:
        error, hopeless = str(wrong), not isinstance(wrong, Unreachable)
        late, too_large = isinstance(wrong, TooSlow), isinstance(wrong, TooLarge)
    seconds = time.monotonic() - begun
    return ForwardOutcome(target, response, seconds, 1, error, hopeless, late, too_large)
