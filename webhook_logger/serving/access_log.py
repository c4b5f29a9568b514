"""The access log: one line for each request, without its path, query, headers and body.

Everyone who knows the UUID of an open callback may watch it. So a line has the rule of the path
instead of the path, and for a callback the beginning of a digest of its UUID.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

from webhook_logger.errors import Reason, Refusal
from webhook_logger.serving.body import RequestBody
from webhook_logger.serving.connection import Address, Application, HttpConnection, Router
from webhook_logger.serving.head import Head
from webhook_logger.serving.limits import ConnectionLimits
from webhook_logger.serving.logs import with_fields
from webhook_logger.serving.response import Response
from webhook_logger.serving.slots import ConnectionSlots
from webhook_logger.serving.sockets import Socket
from webhook_logger.serving.viewer import EndViewer
from webhook_logger.serving.wire import Wire

METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
)
"""Other methods are written as `other`, because a sender can choose any word."""
DIGEST_CHARACTERS = 12

log = logging.getLogger("webhook_logger.access")


RuleOf = Callable[[str], tuple[str, str]]
"""Returns the rule of a request target, such as `/api/callbacks/<uuid>/reply`, and the UUID of a
request to a callback, else an empty string. The rule contains nothing from the target itself.
"""


def connection_class(is_on: bool, rule_of: RuleOf) -> Callable[..., HttpConnection]:
    """Return the class of connections. Without the access log, it is the one that costs nothing."""
    if not is_on:
        return HttpConnection
    log.setLevel(logging.INFO)  # at any `LOG_LEVEL`
    return partial(LoggedConnection, rule_of)


def digest_of(uuid: str) -> str:
    """Return what the log shows of a callback, to find its lines: it does not reveal the UUID."""
    return hashlib.sha256(uuid.lower().encode()).hexdigest()[:DIGEST_CHARACTERS]


class CountingWire(Wire):
    """A wire that counts its bytes."""

    def __init__(self, sock: Socket) -> None:
        super().__init__(sock)
        self.bytes_in = self.bytes_out = 0
        self.sent_at = 0.0

    @property
    def bytes_used(self) -> int:
        """Return the number of received bytes without those of the next request."""
        return self.bytes_in - len(self.received)

    def receive(self, later: bool = False) -> bool:
        """Receive and count bytes."""
        before = len(self.received)
        try:
            return super().receive(later)
        finally:
            self.bytes_in += len(self.received) - before

    def send(self, data: bytes) -> None:
        """Send and count bytes."""
        super().send(data)
        self.bytes_out += len(data)
        self.sent_at = perf_counter()


class LoggedConnection(HttpConnection):
    """A connection that logs each request when it has ended."""

    def __init__(
        self,
        rule_of: RuleOf,
        sock: Socket,
        address: Address,
        application: Application,
        slots: ConnectionSlots,
        end_viewer: EndViewer,
        limits: ConnectionLimits,
        refused: Callable[[str, Reason], None],
        router: Router | None,
    ) -> None:
        # Each by its name: mypyc passes `*args` as one argument.
        super().__init__(sock, address, application, slots, end_viewer, limits, refused, router)
        self._wire.close()
        self._wire = self._counted = CountingWire(sock)
        self._rule_of = rule_of
        self._method = self._target = ""
        self._status = 0
        self._request_environ: dict[str, Any] = {}
        self._request_id: str | None = None

    def serve_request(self) -> bool:
        self._method, self._target, self._status, self._request_id = "", "", 0, None
        wire, began = self._counted, perf_counter()
        used, sent = wire.bytes_used, wire.bytes_out
        wire.sent_at = 0.0

        def log_request() -> None:
            seconds = (wire.sent_at or perf_counter()) - began
            self._log(seconds, wire.bytes_used - used, wire.bytes_out - sent)

        try:
            return super().serve_request()
        finally:
            if self.viewer is not None:
                self.viewer.call_at_end(log_request)
            elif self._status:
                log_request()

    def respond(self, head: Head, body: RequestBody) -> Response | None:
        self._method, self._target, self._status = head.method, head.target, 500
        response = super().respond(head, body)
        self._status = response.code if response else body.handed_over
        self._request_id = self._request_environ.get("webhook_logger.request_id")
        self._request_environ = {}  # a viewer's connection stays open, and does not need it
        return response

    def make_environ(self, head: Head, body: RequestBody) -> dict[str, Any]:
        self._request_environ = super().make_environ(head, body)
        return self._request_environ

    def refuse(self, error: Refusal) -> bool:
        self._status = error.code or 500
        return super().refuse(error)

    def _log(self, seconds: float, bytes_in: int, bytes_out: int) -> None:
        method, rule, uuid = "other", "malformed", ""
        if self._target:
            method = self._method if self._method in METHODS else "other"
            rule, uuid = self._rule_of(self._target)
        fields = with_fields(
            method=method,
            path=rule,
            status=self._status,
            seconds=round(seconds, 6),
            bytes_in=bytes_in,
            bytes_out=bytes_out if self.viewer is None else None,
            callback=digest_of(uuid) if uuid else None,
            request=self._request_id,
        )
        log.info("Request", extra=fields)
