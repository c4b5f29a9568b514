"""`listen --respond`: each sender that waits gets one response, whatever happens to the target."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from webhook_logger.captured import CapturedRequest
from webhook_logger.client.commands.screen import Screen
from webhook_logger.client.errors import ClientError
from webhook_logger.client.http import Headers, HttpResponse
from webhook_logger.client.inbox import Inbox
from webhook_logger.client.relay.forward import ForwardOutcome
from webhook_logger.client.relay.lanes import Lane
from webhook_logger.client.relay.relayed import reply_headers

LATE_SECONDS = 9.0
"""A second less than a server waits by default (`RESPONSE_TIMEOUT`)."""
_LEAVE_SECONDS = 3.0
"""For the senders that wait when Ctrl-C ends it."""
_BAD_GATEWAY, _GATEWAY_TIMEOUT = 502, 504
_TEXT = (("Content-Type", "text/plain"),)


class Responder:
    """Gives the target's response to senders, and an error where there is none in time.

    Safe to use from any thread; each request is settled once.
    """

    def __init__(
        self, inbox: Inbox, screen: Screen, *, late_seconds: float, reply_on_failure: bool
    ) -> None:
        """`late_seconds`: from the arrival of a request here until its sender gets `504`.
        `reply_on_failure`: senders get the callback's own reply in place of an error.
        """
        self._inbox = inbox
        self._screen = screen
        self._late_seconds = late_seconds
        self._reply_on_failure = reply_on_failure
        self.is_ours = False
        """Whether the server has made this inbox the responder, and not another."""
        self._waiting: dict[str, tuple[float, CapturedRequest]] = {}
        self._changed = threading.Condition()
        self._late: set[str] = set()
        """Ids of requests that got 504, and that are still on their way."""
        self._left_out: set[str] = set()
        self._settling = Lane[tuple[CapturedRequest, int]](self._settle, threads=4)
        if not reply_on_failure:
            threading.Thread(target=self._watch, daemon=True).start()

    def hold(self, request: CapturedRequest) -> None:
        """Its sender waits from now on."""
        if self.is_ours:
            with self._changed:
                self._waiting[request.id] = time.monotonic() + self._late_seconds, request
                self._changed.notify_all()

    def decline(self, request: CapturedRequest) -> None:
        """Its sender gets the callback's own reply, soon."""
        if self.is_ours:
            self._settling.put((request, 0), 0)

    def give(self, request: CapturedRequest, outcome: ForwardOutcome) -> str:
        """Respond with what came of the target, and return in a few words how that went."""
        if not self._take(request):
            return self._why_not(request)
        if outcome.too_large:
            return self._decline(request)
        if outcome.response is None:
            return self._fail(request, _GATEWAY_TIMEOUT if outcome.late else _BAD_GATEWAY)
        return self._pass_on(request, outcome.response)

    def finish(self, seconds: float | None = None) -> None:
        """Wait until each sender has its response, `seconds` at most."""
        self._settling.finish(seconds)

    def leave(self, unread: Iterable[CapturedRequest]) -> None:
        """Give an error to all who still wait, those of `unread` too, before this ends."""
        if self._reply_on_failure or not self.is_ours:
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
        return self._send(request, status, _TEXT, _reason(status)) or f"responded with {status}"

    def _decline(self, request: CapturedRequest) -> str:
        return self._send(request, 0) or "declined: the callback's own reply is used"

    def _why_not(self, request: CapturedRequest) -> str:
        with self._changed:
            was_late = request.id in self._late
            self._late.discard(request.id)
        return "too late: its sender got 504" if was_late else "not sent: no sender waits for it"

    def _send(
        self, request: CapturedRequest, status: int, headers: Headers = (), body: bytes = b""
    ) -> str:
        """Respond, or decline with status 0; what went wrong in words, else nothing."""
        try:
            if status:
                in_time = self._inbox.respond(request, status, headers, body)
            else:
                in_time = self._inbox.decline(request)
        except ClientError as error:
            return f"not sent: {error}"
        return "" if in_time else "not sent: no sender waits for it"

    def _settle(self, work: tuple[CapturedRequest, int]) -> None:
        request, status = work
        self._send(request, status, _TEXT, _reason(status))

    def _watch(self) -> None:
        while True:
            request = self._next_late()
            self._settling.put((request, _GATEWAY_TIMEOUT), 0)
            why = f"no response in {self._late_seconds:g} seconds"
            text = f"#{request.seq}: its sender got 504: {why}."
            self._screen.note(text, "yellow")

    def _next_late(self) -> CapturedRequest:
        """Wait for the first that waits too long; they stand in the order of their arrival."""
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
                self._screen.note(f"A reply may not set {name}: it is left out.", "yellow")


def _reason(status: int) -> bytes:
    return {
        _BAD_GATEWAY: b"The receiver of this webhook gave no response.\n",
        _GATEWAY_TIMEOUT: b"The receiver of this webhook did not respond in time.\n",
    }.get(status, b"")
