"""The catch-all: capture and deliver requests to `/<uuid>` and all its subpaths, any method."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from webhook_logger.access import Access
from webhook_logger.callbacks import UUID_PATTERN
from webhook_logger.delivery import (
    HANDSHAKE,
    ORDINARY,
    PREFLIGHT,
    SECRET_HANDSHAKE,
    Delivery,
    Expected,
    PendingOutcome,
    QueueUnavailable,
    RateExceeded,
    Receipt,
)
from webhook_logger.errors import Reason, Refusal, reason_of
from webhook_logger.headers import HeaderLines
from webhook_logger.metrics import Metrics
from webhook_logger.reply import (
    CallbackResponse,
    Reply,
    accepted,
    allowed_origin,
    path_response,
    preflight_headers,
    read_response,
    read_stored,
    refused,
    replied,
)
from webhook_logger.senders.capture import IncomingRequest, capture
from webhook_logger.senders.handshakes import CapturedHandshake, FindHandshake
from webhook_logger.senders.in_flight import InFlightRequests
from webhook_logger.senders.refusals import Refusals
from webhook_logger.senders.reports import ResponseReports
from webhook_logger.senders.waiting import WaitingSenders
from webhook_logger.top import TopList

_TOO_LARGE = Expected(413, "default", "look")
_NO_REPLY = PendingOutcome(None)

log = logging.getLogger(__name__)

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_PATH = re.compile(f"/({UUID_PATTERN})(?:/|\\Z)")
_STATUS_PATH = re.compile("status/([2-5][0-9][0-9])")


@dataclass(frozen=True)
class SenderLimits:
    """Limits of requests to callbacks."""

    body_bytes: int
    senders_per_address: int
    """Maximum requests in flight per address; 0 for no limit."""
    response_seconds: float
    """Maximum time that a sender waits for a responder."""


class CallbackView:
    """The view: captures a request, delivers it, and returns the response."""

    __name__ = "callback"

    def __init__(
        self,
        delivery: Delivery,
        metrics: Metrics,
        refusals: Refusals,
        access: Access,
        limits: SenderLimits,
        find_handshake: FindHandshake,
        top: TopList | None,
    ) -> None:
        self._delivery = delivery
        self._find_handshake = find_handshake
        self._metrics = metrics
        self._refusals = refusals
        self._reports = ResponseReports(delivery)
        self._max_body_bytes = limits.body_bytes
        self._response_seconds = limits.response_seconds
        self._waiting = WaitingSenders()
        metrics.senders_held = self._waiting.held
        self._in_flight = InFlightRequests(limits.senders_per_address)
        self._access = access
        # Requests in flight are counted only if there is a limit.
        self._serve = self._accept_within_limit if limits.senders_per_address else self._accept
        self._admit = self._serve_allowed if access.is_restricted else self._serve
        self._capture = capture
        if top:
            self._count_in(top)
        self._expect = self._expect_any if access.replies else self._expect_default

    def _count_in(self, top: TopList) -> None:
        """Count all requests in the top list from now on."""
        admit = self._admit

        def counted(environ: Environ, uuid: str, rest: str) -> CallbackResponse:
            top.request(uuid, environ.get("REMOTE_ADDR", ""))
            return admit(environ, uuid, rest)

        def capture_counted(environ: Environ, uuid: str, max_body_bytes: int) -> IncomingRequest:
            request = capture(environ, uuid, max_body_bytes)
            top.body(uuid, request.size)
            return request

        self._admit, self._capture = counted, capture_counted

    def __call__(self, environ: Environ, uuid: str, rest: str) -> CallbackResponse:
        """Return the response to a request for the callback, as a WSGI application. Never raises.

        `rest` is the decoded path after the UUID and its slash.
        """
        # Not the app's error handlers: every response of a callback needs the callback's headers.
        try:
            return self._admit(environ, uuid, rest)
        except HTTPException as error:
            return self._refused(environ, uuid, error)
        except Exception:
            fields = {"request": environ.get("webhook_logger.request_id")}
            log.exception("The request to a callback failed.", extra={"fields": fields})
            return self._refused(environ, uuid, Refusal(Reason.INTERNAL_ERROR))

    def stop_waiting(self) -> None:
        """Respond immediately to all waiting senders, because this worker drains."""
        self._waiting.end()

    def _refused(self, environ: Environ, uuid: str, error: HTTPException) -> CallbackResponse:
        self._refusals.of_callback(uuid, reason_of(error))
        return self._refused_response(environ, error)

    def _refused_response(self, environ: Environ, error: HTTPException) -> CallbackResponse:
        response = refused(error, origin=allowed_origin(environ))
        self._metrics.responses["refused", response.status // 100] += 1
        return response

    def _serve_allowed(self, environ: Environ, uuid: str, rest: str) -> CallbackResponse:
        if refusal := self._access.refusal(uuid):
            self._refusals.count(refusal.reason)  # it has no viewers to report this to
            return self._refused_response(environ, refusal)
        self._access.check_address(environ.get("REMOTE_ADDR", ""))
        return self._serve(environ, uuid, rest)

    def _accept_within_limit(self, environ: Environ, uuid: str, rest: str) -> CallbackResponse:
        address = environ.get("REMOTE_ADDR", "")
        if not self._in_flight.acquire(address):
            raise Refusal(Reason.TOO_MANY_FROM_ADDRESS, retry_after=1)
        try:
            return self._accept(environ, uuid, rest)
        finally:
            self._in_flight.release(address)

    def _accept(self, environ: Environ, uuid: str, rest: str) -> CallbackResponse:
        request = self._capture(environ, uuid, self._max_body_bytes)
        environ["webhook_logger.request_id"] = request.id  # for the logs
        preflight = preflight_headers(environ)
        expected, handshake = self._expect(request, rest, preflight)
        receipt = self._publish(request, expected)
        metrics = self._metrics
        metrics.requests_accepted += 1
        metrics.request_body_bytes += len(request.content)
        if expected is ORDINARY and receipt.reply is None and receipt.pending is None:
            # Most requests: `_respond` would find the same, in more time.
            metrics.responses["default", 2] += 1
            return accepted(receipt.viewers, (), allowed_origin(environ))
        return self._respond(request, expected, handshake, preflight, receipt, environ)

    def _respond(
        self,
        request: IncomingRequest,
        expected: Expected,
        handshake: CapturedHandshake | None,
        preflight: HeaderLines,
        receipt: Receipt,
        environ: Environ,
    ) -> CallbackResponse:
        """Return the response to a published request that may differ from the default one."""
        outcome = self._outcome(request.uuid, receipt, handshake)
        reply, by = self._choose(request, expected, handshake, receipt, outcome)
        origin = allowed_origin(environ, reply)
        if by == "path":
            response = path_response(expected.status, receipt.viewers, origin)
        elif reply is None or by == "default":
            response = self._default(request, receipt.viewers, preflight, origin)
        else:
            self._waiting.wait(request.uuid, reply.delay)
            response = replied(reply, receipt.viewers, origin)
        self._metrics.responses[by, response.status // 100] += 1
        # Other responses were sent along with the request. Report this one even without a counted
        # viewer: one that has just joined on another worker may not be counted yet.
        if receipt.pending or outcome.reply is not None or not expected.status:
            self._reports.send(request.captured(), receipt, response, by)
        return response

    def _expect_any(
        self, request: IncomingRequest, rest: str, preflight: HeaderLines
    ) -> tuple[Expected, CapturedHandshake | None]:
        """Return what is known before the request is published: the response, or a handshake."""
        if not request.complete:
            return _TOO_LARGE, None
        if preflight:
            return PREFLIGHT, None
        if rest and (path := _STATUS_PATH.fullmatch(rest)):
            return Expected(int(path[1]), "path", "look"), None
        handshake = self._find_handshake(request)
        if handshake is None:
            return ORDINARY, None
        return (HANDSHAKE if handshake.response else SECRET_HANDSHAKE), handshake

    def _expect_default(
        self, request: IncomingRequest, rest: str, preflight: HeaderLines
    ) -> tuple[Expected, CapturedHandshake | None]:
        """Return the same as `_expect_any`, but use no reply, and wait for no viewer's response."""
        expected, handshake = self._expect_any(request, rest, preflight)
        return expected._replace(reply="look"), handshake

    def _outcome(
        self, uuid: str, receipt: Receipt, handshake: CapturedHandshake | None
    ) -> PendingOutcome:
        """Return a viewer's response if it arrives in time, else the callback's reply."""
        if not receipt.pending:
            return PendingOutcome(None, receipt.reply) if receipt.reply else _NO_REPLY
        seconds = self._response_seconds
        if handshake and handshake.response is None:
            seconds = min(seconds, handshake.seconds)
        return self._waiting.until_response(uuid, receipt.pending, seconds)

    def _choose(
        self,
        request: IncomingRequest,
        expected: Expected,
        handshake: CapturedHandshake | None,
        receipt: Receipt,
        outcome: PendingOutcome,
    ) -> tuple[Reply | None, str]:
        """Return the reply, if any, and the source of the response (`by`).

        If the source is `default` or `path`, the reply decides only which pages can read the
        response.
        """
        if outcome.response is not None:
            self._metrics.live_responses += 1
            return read_response(outcome.response), "responder"
        if outcome.reply is not None and self._access.replies:
            stored, left = outcome.reply.reply, outcome.reply.left
            reply = read_stored(stored).for_request(request.captured(), left)
            rejects_preflight = expected == PREFLIGHT and not reply.cors
            return reply, "reply" if expected.reply != "look" or rejects_preflight else expected.by
        if handshake and handshake.response and receipt.viewers > 0 and not receipt.pending:
            self._metrics.handshake_responses += 1
            return handshake.response, "handshake"
        return None, expected.by

    def _default(
        self, request: IncomingRequest, viewers: int, preflight: HeaderLines, origin: HeaderLines
    ) -> CallbackResponse:
        """Return the response of the server itself."""
        if request.complete:
            return accepted(viewers, preflight, origin)
        self._refusals.count(Reason.BODY_TOO_LARGE)  # viewers see the request itself
        too_large = f"The body is larger than {self._max_body_bytes:,} bytes."
        return refused(Refusal(Reason.BODY_TOO_LARGE, too_large), viewers, origin)

    def _publish(self, request: IncomingRequest, expected: Expected) -> Receipt:
        began = perf_counter()
        try:
            receipt = self._delivery.publish(request, expected)
        except RateExceeded as error:
            raise Refusal(Reason.CALLBACK_RATE_EXCEEDED, retry_after=error.seconds) from error
        except QueueUnavailable as error:
            raise Refusal(error.reason, f"{error} {error.advice}", error.seconds) from error
        self._metrics.request_publish_seconds.observe(perf_counter() - began)
        return receipt


def register(
    app: Flask,
    delivery: Delivery,
    metrics: Metrics,
    refusals: Refusals,
    access: Access,
    limits: SenderLimits,
    find_handshake: FindHandshake,
    top: TopList | None = None,
) -> None:
    """Register the catch-all as the endpoint `callback`, so that `url_for` can make its URLs."""
    app.view_functions["callback"] = CallbackView(
        delivery, metrics, refusals, access, limits, find_handshake, top
    )
    for path in ("/<uuid:uuid>", "/<uuid:uuid>/<path:rest>"):
        # Not add_url_rule: there, methods=None means GET; in a Rule it means every method.
        app.url_map.add(Rule(path, endpoint="callback", methods=None, merge_slashes=False))


def dispatch(app: Flask, otherwise: Application) -> Application:
    """Return an application that calls the catch-all for callbacks, and else `otherwise`.

    Flask's request context and dispatch would take longer than all the work of a callback.
    """

    def dispatching(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        match = _PATH.match(path)
        if not match:
            return otherwise(environ, start_response)
        view: Any = app.view_functions["callback"]
        response = view(environ, match[1].lower(), path[match.end() :])
        return response(environ, start_response)  # type: ignore[no-any-return]

    return dispatching
