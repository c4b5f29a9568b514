"""The registry of reasons for refused requests and messages, and the format of errors.

A reason is a stable word that programs test. Only this table has its status and meaning: error
bodies, the event `refused`, CONNECT_ERROR, acknowledgements, the metrics and docs/errors.md use it.
A meaning is fixed text, so that it contains no part of a refused request.

All parts of the server send an error as `{"error": {"code", "name", "reason", "message"}}`. A
browser gets it as a page (`views/errors.py`).
"""

from __future__ import annotations

import json
from enum import Enum, unique
from math import ceil
from typing import Any

from werkzeug.exceptions import HTTPException

HEAD = "the head of a request"
BODY = "the body of a request"
LOAD = "a request, or a connection"
PATH = "path and method"
STREAM = "`/socket.io/`"
WATCH = "`/socket.io/`, or the events of a callback"
API = "`/api/`"
MESSAGE = "a viewer's message"
VIEW = "`/api/`, or a viewer's message"
CALLBACK = "a callback, its page, `/api/`, or a viewer's message"


@unique
class Reason(Enum):
    """A row has a name, a place where it occurs, an HTTP status, and a meaning."""

    # The head of a request
    TLS_NOT_SUPPORTED = (
        HEAD,
        400,
        "The client uses TLS, but this port uses plain HTTP. Use http, not https.",
    )
    BARE_LINE_FEED = (
        HEAD,
        400,
        "A line of the request head ends with LF only. End each line with CR and LF.",
    )
    CONTROL_CHARACTER = HEAD, 400, "The request head contains a control character."
    REQUEST_LINE_MALFORMED = (
        HEAD,
        400,
        "The request line must be a method, a target and HTTP/1.1, separated by single spaces. "
        "Write a space in the target as %20.",
    )
    TARGET_MALFORMED = HEAD, 400, "The request target must be a path or an absolute http URL."
    HEADERS_MALFORMED = HEAD, 400, "A header line is malformed."
    HOST_MALFORMED = (
        HEAD,
        400,
        "The request needs exactly one valid Host header. Only HTTP/1.0 may omit it.",
    )
    CONTENT_LENGTH_MALFORMED = (
        HEAD,
        400,
        "Content-Length must be one whole number, without Transfer-Encoding.",
    )
    TRANSFER_ENCODING_MALFORMED = (
        HEAD,
        400,
        "Transfer-Encoding must end with `chunked`, contain it once, and be used with HTTP/1.1.",
    )
    TRANSFER_CODING_NOT_SUPPORTED = (
        HEAD,
        501,
        "This server supports only the transfer coding `chunked`.",
    )
    HTTP_VERSION_NOT_SUPPORTED = HEAD, 505, "This server supports HTTP/1.0 and HTTP/1.1 only."
    TARGET_TOO_LONG = HEAD, 414, "The request target is longer than this server's MAX_TARGET_BYTES."
    HEADERS_TOO_LARGE = (
        HEAD,
        431,
        "The header section is larger than this server's MAX_HEADER_BYTES.",
    )
    TOO_MANY_HEADERS = (
        HEAD,
        431,
        "The request has more header lines than this server's MAX_HEADER_LINES.",
    )
    REQUEST_TIMEOUT = HEAD, 408, "The request did not arrive in time."

    # Its body
    CHUNK_MALFORMED = BODY, 400, "A chunk of the body is malformed."
    TOO_MANY_CHUNKS = (
        BODY,
        400,
        "The chunks of the body are too small: their framing is too large for their content.",
    )
    TRAILER_MALFORMED = (
        BODY,
        400,
        "A trailer of the chunked body is malformed, or the trailers exceed their limit.",
    )
    BODY_INCOMPLETE = BODY, 400, "The sender closed the connection before the end of the body."
    BODY_TOO_LARGE = BODY, 413, "The body is larger than this server's MAX_BODY_BYTES."

    # The load of the server
    TOO_MANY_CONNECTIONS = LOAD, 503, "This worker has the maximum number of connections."
    TOO_MANY_VIEWERS = WATCH, 503, "This worker has the maximum number of viewers."
    DRAINING = LOAD, 503, "This worker is about to stop."
    QUEUE_UNAVAILABLE = LOAD, 503, "The message queue is unavailable. Send the request again later."
    QUEUE_BACKLOG_FULL = (
        LOAD,
        503,
        "Too many requests are waiting for the message queue. Send the request again later.",
    )
    OUTCOME_UNKNOWN = (
        LOAD,
        503,
        "The message queue did not acknowledge the request. It may have reached viewers or "
        "changed a reply. Send it again if a duplicate does no harm.",
    )
    CALLBACK_RATE_EXCEEDED = (
        LOAD,
        429,
        "The callback received more requests in one second than MAX_REQUESTS_PER_SECOND allows.",
    )
    TOO_MANY_FROM_ADDRESS = LOAD, 429, "Too many requests from one address are in progress."
    REPLY_CHANGE_RATE_EXCEEDED = API, 429, "This address changes replies too often."

    # Its path and method
    NOT_FOUND = (
        PATH,
        404,
        "Nothing exists at this path. A callback has the path /UUID, and its subpaths.",
    )
    WRONG_HOST = (
        PATH,
        421,
        "This host does not serve this path: the server's callbacks and its dashboard have "
        "separate hosts.",
    )
    METHOD_NOT_ALLOWED = PATH, 405, "This path does not support this method."
    STREAM_REQUEST_MALFORMED = (
        STREAM,
        400,
        "The request does not follow the Engine.IO protocol, version 4.",
    )
    SESSION_UNKNOWN = (
        STREAM,
        400,
        "This worker has no session with this sid. Connect again. Behind a load balancer without "
        "sticky sessions, use only WebSocket.",
    )
    ORIGIN_NOT_ALLOWED = WATCH, 400, "This server does not allow pages of this origin to connect."
    LENGTH_REQUIRED = STREAM, 411, "The request needs a Content-Length."
    MESSAGE_TOO_LARGE = STREAM, 413, "The message is larger than this server's MAX_MESSAGE_BYTES."
    UPGRADE_REQUIRED = STREAM, 426, "This server supports only WebSocket version 13."
    WEBSOCKET_HANDSHAKE_MALFORMED = STREAM, 400, "The WebSocket handshake is malformed."
    LAST_EVENT_ID_MALFORMED = (
        API,
        400,
        "Last-Event-ID must be the id of an event of the stream: an epoch, a colon and a seq.",
    )
    REPLY_INVALID = API, 400, "The JSON is not a valid reply."
    REPLY_TOO_LARGE = API, 413, "The reply is larger than this server allows."
    TOO_LATE = (
        API,
        409,
        "No request with this id is waiting: it timed out, already has a response, or no "
        "viewer that could respond is connected.",
    )

    # A private callback
    PRIVATE = (
        VIEW,
        403,
        "This callback is private. The request needs its view key, which is part of the link for "
        "people who may watch.",
    )

    # The operator's policy
    OPEN_CALLBACKS_OFF = (
        CALLBACK,
        403,
        "This server has private callbacks only (OPEN_CALLBACKS=off), and this UUID is not that of "
        "a private callback. Open the start page of the server to get a new callback.",
    )
    REPLIES_OFF = (
        VIEW,
        403,
        "This server sends only its default response (REPLIES=off). Replies cannot be set, "
        "and viewers cannot respond.",
    )

    BLOCKED = CALLBACK, 403, "The operator of this server blocks this callback or this address."

    OPERATOR_TOKEN_NEEDED = (
        API,
        401,
        "This path needs the operator's token, in the header `Authorization: Bearer <token>`.",
    )

    # A viewer's message: CONNECT, `join` or `leave`
    MESSAGE_MALFORMED = MESSAGE, 400, "The payload is not an object, or a field has a wrong value."
    UUID_MALFORMED = MESSAGE, 400, "The uuid must be a UUID in its 36-character form."
    TOO_MANY_ROOMS = (
        MESSAGE,
        429,
        "This viewer has joined the maximum number of callbacks. Leave one first.",
    )
    TOO_MANY_MESSAGES = (
        MESSAGE,
        429,
        "Too many messages of this viewer are waiting. Send the message again later.",
    )
    RESPONDER_TAKEN = MESSAGE, 409, "Another viewer is the responder of this callback."
    ALREADY_CONNECTED = MESSAGE, 409, "This connection is already connected."
    NAMESPACE_UNKNOWN = MESSAGE, 404, "This server has only the default namespace."
    VIEWER_GONE = MESSAGE, 410, "This viewer has disconnected."

    # All other errors
    BAD_REQUEST = PATH, 400, "The server cannot process this request."
    INTERNAL_ERROR = PATH, 500, "An internal error of the server occurred."

    def __init__(self, where: str, status: int, meaning: str) -> None:
        self.where = where
        self.status = status
        self.meaning = meaning

    @property
    def word(self) -> str:
        """Return the stable word that programs test."""
        return self.name.lower()


_OF_A_STATUS = {
    reason.status: reason
    for reason in (Reason.NOT_FOUND, Reason.METHOD_NOT_ALLOWED, Reason.BODY_TOO_LARGE)
}


def reason_named(word: str) -> Reason:
    """Return the reason with this word, or `BAD_REQUEST` for a word of another release."""
    return Reason.__members__.get(word.upper(), Reason.BAD_REQUEST)


def reason_of_status(status: int) -> Reason:
    """Return the reason for the status of a library's error."""
    general = Reason.BAD_REQUEST if status < 500 else Reason.INTERNAL_ERROR
    return _OF_A_STATUS.get(status, general)


class Refusal(HTTPException):
    """A refused request or message, with a reason of the registry.

    A more detailed `message` replaces the reason's meaning in the response.
    """

    def __init__(
        self,
        reason: Reason,
        message: str | None = None,
        retry_after: float | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(message or reason.meaning)
        self.code = reason.status
        self.reason = reason
        self.field = field
        """The name of the invalid JSON field, if the error is about one field."""
        self._retry_after = retry_after

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """Return the headers of the response, for werkzeug."""
        headers = super().get_headers(*args, **kwargs)
        if self._retry_after is not None:
            headers.append(("Retry-After", str(ceil(self._retry_after))))
        return headers


def reason_of(error: HTTPException) -> Reason:
    """Return the reason of an HTTP error, which a library may have raised."""
    return error.reason if isinstance(error, Refusal) else reason_of_status(error.code or 500)


def message_of(error: HTTPException) -> str:
    """Return the message for people: that of a refusal, or the meaning of the reason."""
    description = error.description if isinstance(error, Refusal) else None
    return description or reason_of(error).meaning


def error_json(error: HTTPException) -> str:
    """Return the error as JSON text."""
    fields = {
        "code": error.code,
        "name": error.name,
        "reason": reason_of(error).word,
        "message": message_of(error),
    }
    if isinstance(error, Refusal) and error.field is not None:
        fields["field"] = error.field
    return json.dumps({"error": fields}, ensure_ascii=False)


def error_headers(error: HTTPException) -> dict[str, str]:
    """Return the headers for `error_json`: its content type, and the headers of the error."""
    return {**dict(error.get_headers()), "Content-Type": "application/json"}
