"""Check requests to `/socket.io/`, and refuse those that must not reach Engine.IO.

Each refusal is sent as JSON, like all errors of the server. Engine.IO's own errors are plain text,
and Engine.IO logs untrusted text with some of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs

from engineio.payload import Payload
from werkzeug.exceptions import MethodNotAllowed

from webhook_logger.errors import Reason, Refusal
from webhook_logger.viewers.admission import Admission
from webhook_logger.viewers.origins import Origins
from webhook_logger.viewers.transport import (
    Engine,
    UpgradeRequired,
    disconnect_over_limit,
    set_max_packets,
)

PATH = "/socket.io/"
METHODS = ("GET", "HEAD", "OPTIONS", "POST")
TRANSPORTS = ("polling", "websocket")
MAX_PACKETS = 64
"""Maximum packets in one POST. Engine.IO's own limit is too low to join many rooms at once."""
SEPARATOR = b"\x1e"
MAX_QUERY_BYTES = 1024
"""Engine.IO keeps the parsed query in memory until the WebSocket closes."""

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class RequestGuard:
    """Checks requests in place of Engine.IO's `handle_request`, and passes valid ones to it."""

    def __init__(self, engineio: Engine, origins: Origins, admission: Admission) -> None:
        self._engineio = engineio
        self._origins = origins
        self._admission = admission
        self._handle, engineio.handle_request = engineio.handle_request, self
        set_max_packets(MAX_PACKETS)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Handle a request (PEP 3333). Raises `HTTPException` if it is refused."""
        if environ["PATH_INFO"] != PATH:  # Engine.IO accepts longer paths, too
            raise Refusal(Reason.NOT_FOUND)
        method = environ["REQUEST_METHOD"]
        if method not in METHODS:
            raise MethodNotAllowed(METHODS)
        if method == "OPTIONS":
            return self._options(environ, start_response)
        self._check(environ, method)
        if method == "HEAD":  # unlike GET, it must not open a session or receive packets
            start_response("200 OK", [("Content-Type", "text/plain; charset=UTF-8")])
            return []
        if method == "POST":
            environ["wsgi.input"] = BytesIO(_payload(environ))
        return self._call_engineio(environ, start_response)

    def _call_engineio(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let Engine.IO handle the request. Raises `Refusal` instead of Engine.IO's own errors."""

        def start(status: str, headers: list[tuple[str, str]]) -> None:
            if not status.startswith("2"):
                raise _malformed("The packet is invalid, or the session has ended.")
            start_response(status, headers)

        response: Iterable[bytes] = self._handle(environ, start)
        return response

    def _options(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Respond with the methods; allowed origins also get Engine.IO's CORS headers."""
        allow = [("Allow", ", ".join(METHODS))]
        if self._origins.refusal(environ):
            start_response("200 OK", allow)
            return []
        return self._call_engineio(
            {**environ, "QUERY_STRING": "EIO=4"},
            lambda status, headers: start_response(status, [*allow, *headers]),
        )

    def _check(self, environ: Environ, method: str) -> None:
        query_string = environ.get("QUERY_STRING", "")
        if len(query_string) > MAX_QUERY_BYTES:
            raise _malformed(f"The query is longer than {MAX_QUERY_BYTES:,} bytes.")
        query = parse_qs(query_string)
        sid, transport = query.get("sid", [""])[0], query.get("transport", ["polling"])[0]
        is_upgrade = environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        if transport not in TRANSPORTS:
            raise _malformed("The transport must be polling or websocket.")
        if "j" in parse_qs(query_string, keep_blank_values=True):
            # A script element on any site can use JSONP: it needs no CORS and sends no Origin.
            raise _malformed("JSONP is not supported. Use fetch, XHR or a WebSocket.")
        if transport == "websocket" and not is_upgrade:
            raise UpgradeRequired("The transport websocket needs the header Upgrade: websocket.")
        # Refuse a new WebSocket after its handshake: a page cannot read an HTTP error.
        is_refused_later = not sid and transport == "websocket"
        if not is_refused_later and (refusal := self._origins.refusal(environ)):
            raise refusal
        if sid:
            self._check_session(environ, sid)
        elif method == "POST":
            raise _malformed("A POST needs the sid of a session. Open a session with a GET first.")
        elif query.get("EIO") != ["4"]:
            raise _malformed("EIO must be 4: use a client of Socket.IO 3 or 4.")
        else:
            self._admission.check_new(environ.get("REMOTE_ADDR", ""))

    def _check_session(self, environ: Environ, sid: str) -> None:
        socket = self._engineio.sockets.get(sid)
        if socket is None or socket.closed:
            if self._admission.is_draining:  # the session may be on the worker that gets new ones
                raise Refusal(Reason.DRAINING, retry_after=1)
            raise Refusal(Reason.SESSION_UNKNOWN)
        if not socket.connected or socket.upgraded:
            raise _malformed("This session uses a WebSocket. Send packets on the WebSocket.")
        if "HTTP_TRANSFER_ENCODING" in environ:
            raise Refusal(Reason.LENGTH_REQUIRED)
        limit = self._engineio.max_http_buffer_size
        if int(environ.get("CONTENT_LENGTH") or 0) > limit:
            disconnect_over_limit(socket)
            too_large = f"A viewer can send at most {limit:,} bytes in one request."
            raise Refusal(Reason.MESSAGE_TOO_LARGE, too_large)


def _payload(environ: Environ) -> bytes:
    """Return the body of a POST. Raises `Refusal` for malformed packets.

    Engine.IO would respond to them with `200`.
    """
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if body.count(SEPARATOR) >= MAX_PACKETS:
        raise _malformed(f"A POST can have at most {MAX_PACKETS} packets.")
    try:
        if body.startswith(b"d="):
            raise ValueError("JSONP sends a form")
        Payload(encoded_payload=body.decode())
    except (ValueError, RecursionError):
        raise _malformed("The body does not consist of Engine.IO packets.") from None
    return body


def _malformed(message: str) -> Refusal:
    return Refusal(Reason.STREAM_REQUEST_MALFORMED, message)
