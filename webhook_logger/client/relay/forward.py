"""Forward requests to targets unchanged: method, subpath, query, header lines and body.

Redirects are not followed.
"""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from webhook_logger.client.errors import Invalid, TooLarge, TooSlow, Unreachable
from webhook_logger.client.http import Http, HttpResponse
from webhook_logger.client.relay.job_queue import JobQueue
from webhook_logger.client.relay.pace import Pace
from webhook_logger.client.relay.relayed import Relayed
from webhook_logger.client.relay.retries import is_temporary, retry_seconds
from webhook_logger.client.relay.routes import Route, Routes
from webhook_logger.client.relay.target import Target

KEEP_SECONDS = 0.2
"""Maximum idle time of a connection to a target. If the target closes an idle connection just as a
request is sent, it is unknown whether the target processed the request."""
BACKLOG_SECONDS = 5.0
"""A backlog is reported when a request waits longer than this, and then at this interval."""

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

    @property
    def may_retry(self) -> bool:
        """Whether a retry may succeed: after no response, 429 or 5xx."""
        return is_temporary(self.response.status) if self.response else not self.permanent


@dataclass(frozen=True, slots=True)
class ForwardOptions:
    """Options of a forwarder."""

    timeout: float = 30
    """Maximum seconds for a response."""
    retries: int = 0
    """Maximum retries after no response, 429 or 5xx."""
    concurrency: int = 8
    """Maximum simultaneous requests to one target. A request that waits for a retry counts."""
    in_order: bool = False
    """Send one request at a time to each target, in the order of the stream."""
    rate: float | None = None
    """Maximum requests per second to one target, evenly spaced. Retries count."""
    tls: ssl.SSLContext | None = None
    """How targets are authenticated; by default as in `Http`."""


class Observer(Generic[Context]):
    """Receives what a forwarder does. Override its methods; any thread may call them."""

    def outcome(self, context: Context, outcome: ForwardOutcome) -> None:
        """A request has its final outcome at one target."""

    def retry(self, context: Context, outcome: ForwardOutcome, seconds: float) -> None:
        """An attempt failed, and the next one follows after `seconds`."""

    def backlog(self, target: Target, count: int) -> None:
        """`count` requests have no outcome at this target yet, and some have waited for long."""


class Forwarder(Generic[Context]):
    """Sends each request to all targets of its route in parallel.

    A slow target delays the others only when its queue is full. Use it as a context manager, or
    call `close`.
    """

    def __init__(
        self, routes: Routes, options: ForwardOptions, observer: Observer[Context]
    ) -> None:
        self._routes = routes
        self._options = options
        self._observer = observer
        self._closed = threading.Event()
        self._http = Http(timeout=options.timeout, keep_seconds=KEEP_SECONDS, tls=options.tls)
        self._lanes = {target: self._lane(target) for target in routes.targets}

    def _lane(self, target: Target) -> _Lane[Context]:
        return _Lane(target, self._options, self._http, self._observer, self._closed)

    def forward(self, request: Relayed, context: Context) -> Route | None:
        """Queue a request for the targets of its route. Blocks while a queue is full.

        Return the route, or None if no route matches.
        """
        route = self._routes.match(request.subpath)
        if route:
            routed = route.routed(request)
            for target in route.targets:
                self._lanes[target].put(routed, context)
        return route

    def finish(self, seconds: float | None = None) -> None:
        """Wait until every request has an outcome, for at most `seconds`."""
        end = None if seconds is None else time.monotonic() + seconds
        for lane in self._lanes.values():
            if not lane.finish(None if end is None else max(0, end - time.monotonic())):
                return

    @property
    def left(self) -> int:
        """The number of requests without an outcome, over all targets."""
        return sum(lane.left for lane in self._lanes.values())

    def close(self) -> None:
        """Drop the requests that wait, also those that wait for a retry. They get no outcome."""
        self._closed.set()
        for lane in self._lanes.values():
            lane.close()
        self._http.close()

    def __enter__(self) -> Forwarder[Context]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Lane(Generic[Context]):
    """The queue of one target, with its threads."""

    def __init__(
        self,
        target: Target,
        options: ForwardOptions,
        http: Http,
        observer: Observer[Context],
        closed: threading.Event,
    ) -> None:
        self._target = target
        self._retries = options.retries
        self._http = http
        self._observer = observer
        self._closed = closed
        self._pace = Pace(options.rate)
        self._reported = -BACKLOG_SECONDS
        """When a backlog was reported last."""
        self._lock = threading.Lock()
        threads = 1 if options.in_order else options.concurrency
        self._queue = JobQueue[tuple[Relayed, Context, float]](self._forward, threads)
        self.finish = self._queue.finish
        self.close = self._queue.close

    def put(self, request: Relayed, context: Context) -> None:
        """Queue a request. Blocks while the queue is full."""
        self._queue.put((request, context, time.monotonic()), len(request.body))

    @property
    def left(self) -> int:
        """The number of requests without an outcome."""
        return self._queue.left

    def _forward(self, work: tuple[Relayed, Context, float]) -> None:
        request, context, since = work
        attempts = 0
        while self._wait_for_turn(since):
            attempts += 1
            outcome = replace(_attempt(self._http, self._target, request), attempts=attempts)
            if attempts > self._retries or not outcome.may_retry:
                self._observer.outcome(context, outcome)
                return
            seconds = retry_seconds(attempts, outcome.response)
            self._observer.retry(context, outcome, seconds)
            self._closed.wait(seconds)
            since = time.monotonic()

    def _wait_for_turn(self, since: float) -> bool:
        """Wait as long as the rate demands; return False if the forwarder is closed.

        Report a backlog if the request will have waited for long since the time `since`.
        """
        now = time.monotonic()
        turn = now + self._pace.reserve(now)
        if turn - since >= BACKLOG_SECONDS and self._may_report(now):
            self._observer.backlog(self._target, self.left)
        return not self._closed.wait(turn - time.monotonic())

    def _may_report(self, now: float) -> bool:
        """Return whether the last report was long enough ago, and if so, count this one."""
        with self._lock:
            if now - self._reported < BACKLOG_SECONDS:
                return False
            self._reported = now
            return True


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
