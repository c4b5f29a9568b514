"""Respond to each waiting sender once for `listen --respond`, even if the target fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.display import Display
from webhook_logger.client.errors import ClientError, in_seconds
from webhook_logger.client.http import Headers, HttpResponse
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.relay.job_queue import JobQueue
from webhook_logger.client.relay.relayed import reply_headers

LATE_SECONDS = 9.0
"""One second less than the default `RESPONSE_TIMEOUT` of the server."""
_LEAVE_SECONDS = 3.0
"""Maximum seconds to respond to waiting senders after Ctrl-C."""
_BAD_GATEWAY, _GATEWAY_TIMEOUT = 502, 504
_TEXT = (("Content-Type", "text/plain"),)
_NOT_WAITING = "not sent: the sender no longer waits"


class Responder:
    """Sends the target's response to each sender, or an error if it does not arrive in time.

    It is safe to use from any thread, and responds to each request once.
    """

    def __init__(
        self, inbox: Inbox, screen: Display, *, late_seconds: float, reply_on_failure: bool
    ) -> None:
        """`late_seconds`: the time from the arrival of a request until its sender gets `504`.
        `reply_on_failure`: senders get the callback's reply instead of an error.
        """
        self._inbox = inbox
        self._screen = screen
        self._late_seconds = late_seconds
        self._reply_on_failure = reply_on_failure
        self.is_responder = False
        """Whether this inbox is the callback's responder."""
        self._waiting: dict[str, tuple[float, CapturedRequest]] = {}
        self._changed = threading.Condition()
        self._late: set[str] = set()
        """Ids of pending requests whose senders already got 504."""
        self._left_out: set[str] = set()
        self._settling = JobQueue[tuple[CapturedRequest, int]](self._settle, threads=4)
        if not reply_on_failure:
            threading.Thread(target=self._watch, daemon=True).start()

    def expect(self, request: CapturedRequest) -> None:
        """Start the timeout of a request."""
        if self.is_responder:
            with self._changed:
                self._waiting[request.id] = time.monotonic() + self._late_seconds, request
                self._changed.notify_all()

    def decline(self, request: CapturedRequest) -> None:
        """Queue a request whose sender gets the callback's reply."""
        if self.is_responder:
            self._settling.put((request, 0), 0)

    def respond(self, request: CapturedRequest, outcome: ForwardOutcome) -> str:
        """Respond with the outcome at the target, and return a short description of the result."""
        if not self._take(request):
            return self._not_sent_reason(request)
        if outcome.too_large:
            return self._decline(request)
        if outcome.response is None:
            return self._fail(request, _GATEWAY_TIMEOUT if outcome.late else _BAD_GATEWAY)
        return self._pass_on(request, outcome.response)

    def finish(self, seconds: float | None = None) -> None:
        """Wait for at most `seconds` until every sender has a response."""
        self._settling.finish(seconds)

    def leave(self, unread: Iterable[CapturedRequest]) -> None:
        """Send an error to all waiting senders, including those of `unread`."""
        if self._reply_on_failure or not self.is_responder:
            return
        with self._changed:
            waiting = [request for _, request in self._waiting.values()]
            self._waiting.clear()
        for request in (*waiting, *unread):
            self._settling.put((request, _BAD_GATEWAY), 0)
        self.finish(_LEAVE_SECONDS)

    def _take(self, request: CapturedRequest) -> bool:
        with self._changed:
            return self._waiting.pop(request.id, None) is not None

    def _pass_on(self, request: CapturedRequest, response: HttpResponse) -> str:
        headers, left_out = reply_headers(response)
        self._note_left_out(left_out)
        error = self._send(request, response.status, headers, response.body)
        if error:
            self._send(request, 0)
        return error or "responded"

    def _fail(self, request: CapturedRequest, status: int) -> str:
        if self._reply_on_failure:
            return self._decline(request)
        return self._send(request, status, _TEXT, _error_body(status)) or f"responded with {status}"

    def _decline(self, request: CapturedRequest) -> str:
        return self._send(request, 0) or "declined: the callback's reply is used"

    def _not_sent_reason(self, request: CapturedRequest) -> str:
        with self._changed:
            was_late = request.id in self._late
            self._late.discard(request.id)
        return "too late: the sender already got 504" if was_late else _NOT_WAITING

    def _send(
        self, request: CapturedRequest, status: int, headers: Headers = (), body: bytes = b""
    ) -> str:
        """Respond, or decline if `status` is 0. Return the error message, or an empty text."""
        try:
            if status:
                in_time = self._inbox.respond(request, status, headers, body)
            else:
                in_time = self._inbox.decline(request)
        except ClientError as error:
            return f"not sent: {error}"
        if in_time and status:
            self._screen.totals.add("responded")
        return "" if in_time else _NOT_WAITING

    def _settle(self, work: tuple[CapturedRequest, int]) -> None:
        request, status = work
        self._send(request, status, _TEXT, _error_body(status))

    def _watch(self) -> None:
        while True:
            request = self._next_late()
            self._settling.put((request, _GATEWAY_TIMEOUT), 0)
            why = f"no response within {in_seconds(self._late_seconds)}"
            self._screen.note(f"#{request.seq}: the sender got 504: {why}.", "yellow")

    def _next_late(self) -> CapturedRequest:
        """Wait until the oldest request is late, and return it. Requests are ordered by arrival."""
        with self._changed:
            while True:
                due, request = next(iter(self._waiting.values()), (None, None))
                if due is not None and request is not None and due <= time.monotonic():
                    del self._waiting[request.id]
                    self._late.add(request.id)
                    return request
                self._changed.wait(None if due is None else max(0, due - time.monotonic()))

    def _note_left_out(self, names: list[str]) -> None:
        for name in names:
            if name.lower() not in self._left_out:
                self._left_out.add(name.lower())
                self._screen.note(f"A reply cannot set {name}. It is left out.", "yellow")


def _error_body(status: int) -> bytes:
    return {
        _BAD_GATEWAY: b"The receiver of this webhook did not respond.\n",
        _GATEWAY_TIMEOUT: b"The receiver of this webhook did not respond in time.\n",
    }.get(status, b"")
