"""The stream of a callback as Server-Sent Events: `GET /api/callbacks/<uuid>/events`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Protocol
from uuid import UUID

from flask import Blueprint, Response, request

from webhook_logger.access import Access
from webhook_logger.callbacks import VIEW_KEY_HEADER
from webhook_logger.errors import Reason, Refusal
from webhook_logger.views.guards import guard_api

POSITION_HEADER = "Last-Event-ID"
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store, no-transform",
    "X-Content-Type-Options": "nosniff",
    "X-Accel-Buffering": "no",  # nginx and some others collect a response otherwise
}
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": f"{VIEW_KEY_HEADER}, {POSITION_HEADER}",
    "Access-Control-Max-Age": "86400",
}

_POSITION = re.compile("([A-Za-z0-9._~-]{1,64}):([0-9]{1,15})")

Environ = dict[str, Any]


class Streams(Protocol):
    """Opens streams."""

    def check(self, environ: Environ) -> None:
        """Raise `Refusal` if this request cannot open a stream."""

    def origin_headers(self, environ: Environ) -> dict[str, str]:
        """Return the headers that let a page of another origin read the response."""

    def open(
        self, environ: Environ, auth: dict[str, Any], headers: list[tuple[str, str]]
    ) -> Iterable[bytes]:
        """Serve a viewer until it leaves. Raises `Refusal` before anything is sent."""


class EventResponse(Response):
    """A response that takes over the connection. Flask's context of the request ends before."""

    def __init__(self, streams: Streams, auth: dict[str, Any]) -> None:
        super().__init__(headers=HEADERS)
        self._streams = streams
        self._auth = auth

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """PEP 3333. The server reads the response after the context has ended."""
        return self._serve(environ)

    def _serve(self, environ: Environ) -> Iterator[bytes]:
        headers = [(name, value) for name, value in self.headers if name != "Content-Length"]
        yield from self._streams.open(environ, self._auth, headers)


def make_events(access: Access, streams: Streams) -> Blueprint:
    """Make the path. Unlike the rest of the API, pages of other origins may use it: the stream is
    as open to them as with Socket.IO.
    """
    events = Blueprint("events", __name__)
    guard_api(events, access)

    @events.after_request
    def allow_origin(response: Response) -> Response:
        allowed = streams.origin_headers(request.environ)
        if allowed and request.method == "OPTIONS":
            allowed |= PREFLIGHT_HEADERS
        response.headers.update(allowed)
        return response

    @events.get("/api/callbacks/<uuid:uuid>/events")
    def watch(uuid: UUID) -> Response:
        streams.check(request.environ)
        auth = {"uuid": str(uuid), **_position(request.headers.get(POSITION_HEADER, ""))}
        if request.method == "HEAD":
            return Response(headers=HEADERS)
        if key := request.headers.get(VIEW_KEY_HEADER):
            auth["key"] = key
        return EventResponse(streams, auth)

    return events


def _position(event_id: str) -> dict[str, Any]:
    """Return the epoch and the seq of an event's id; empty without an id. Raises `Refusal`."""
    if not event_id:
        return {}
    match = _POSITION.fullmatch(event_id)
    if not match:
        raise Refusal(Reason.LAST_EVENT_ID_MALFORMED)
    return {"epoch": match[1], "seq": int(match[2])}
