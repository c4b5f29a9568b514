"""The HTTP API of one callback."""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from webhook_logger.callbacks import VIEW_KEY_HEADER
from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.address import Address
from webhook_logger.client.errors import Rejected, Unreachable
from webhook_logger.client.http import Headers, Http, HttpResponse
from webhook_logger.client.stream.wire import brief, is_callback_url, reason

__tracebackhide__ = True  # pytest shows the line of the test, not the client's own code

_CALLBACK_URL_HEADER = "webhook-callback-url"
_TOO_LATE = "too_late"
TOO_MANY_REQUESTS = 429
_JSON = (("Content-Type", "application/json"),)


ReplyPart = Mapping[str, Any]
"""A response in a reply, with the fields of docs/protocol.md. Its body can be text or bytes."""


class Api:
    """Set the callback's reply, and respond to its requests."""

    def __init__(self, address: Address, tls: ssl.SSLContext | None, timeout: float) -> None:
        self._url = address.api_url
        key = ((VIEW_KEY_HEADER, address.key),) if address.key else ()
        self._headers = (*address.headers, *key)
        self.callback_url = address.url
        """The URL for senders, as far as it is known: the server can report it in a response."""
        self._http = Http(timeout=timeout, tls=tls)

    def get_reply(self) -> dict[str, Any]:
        """Return the callback's reply as JSON. Raises `Rejected` or `Unreachable`."""
        return _shown(self._send("GET", "reply"))

    def set_reply(self, reply: ReplyPart) -> dict[str, Any]:
        """Set the callback's reply and return it as JSON. Raises `Rejected` or `Unreachable`.

        Its fields are those of `docs/protocol.md`. Missing ones get their defaults. Each body can
        also be a text or bytes.
        """
        return _shown(self._send("PUT", "reply", reply_to_wire(reply)))

    def reset_reply(self) -> None:
        """Restore the default reply. Raises `Rejected` or `Unreachable`."""
        _raise_for_status(self._send("DELETE", "reply"))

    def respond(
        self, request: CapturedRequest, status: int, headers: Headers, body: bytes | str
    ) -> bool:
        """Respond to one waiting request. Return False if it no longer waits."""
        return self._settle("POST", request, _response(status, headers, body))

    def decline(self, request: CapturedRequest) -> bool:
        """Give one waiting request the callback's reply. Return False if it no longer waits."""
        return self._settle("DELETE", request)

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def _settle(
        self, method: str, request: CapturedRequest, payload: Mapping[str, Any] | None = None
    ) -> bool:
        response = self._send(method, f"requests/{quote(request.id, safe='')}/response", payload)
        if response.status >= 300 and reason(_error(response)) == _TOO_LATE:
            return False
        _raise_for_status(response)
        return True

    def _send(
        self, method: str, path: str, payload: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        body = json.dumps(payload).encode() if payload is not None else b""
        headers = (*self._headers, *(_JSON if body else ()))
        response = self._http.send(method, f"{self._url}/{path}", headers, body)
        self._learn_url(response)
        return response

    def _learn_url(self, response: HttpResponse) -> None:
        for name, value in response.headers:
            if name.lower() == _CALLBACK_URL_HEADER and is_callback_url(value):
                self.callback_url = value


def reply_fields(**fields: Any) -> dict[str, Any]:
    """Return the fields of a reply that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def reply_to_wire(reply: ReplyPart) -> dict[str, Any]:
    """Return a reply as the API expects it, in which bodies can be texts or bytes."""
    wire = _part(reply)
    for name in ("rules", "sequence"):
        if isinstance(wire.get(name), Sequence):
            wire[name] = [_part(each) if isinstance(each, Mapping) else each for each in wire[name]]
    return wire


def _part(part: ReplyPart) -> dict[str, Any]:
    body = part.get("body")
    return {**part, "body": _body(body)} if isinstance(body, bytes | str) else dict(part)


def _body(body: bytes | str) -> dict[str, str]:
    content = body.encode() if isinstance(body, str) else body
    wire = Body(content, len(content)).to_wire()
    return {"encoding": wire["encoding"], "content": wire["content"]}


def _response(status: int, headers: Headers, body: bytes | str) -> dict[str, Any]:
    return {"status": status, "headers": list(headers), "body": _body(body)}


def _shown(response: HttpResponse) -> dict[str, Any]:
    """Return the JSON object of a response. Raises `Rejected` or `Unreachable`."""
    _raise_for_status(response)
    try:
        shown = json.loads(response.body)
    except (RecursionError, ValueError):
        shown = None
    if not isinstance(shown, dict):
        raise Unreachable("The server's response is not a reply. Check the URL.")
    return shown


def _raise_for_status(response: HttpResponse) -> None:
    if response.status < 300:
        return
    error = _error(response)
    message = brief(error.get("message") or "it gives no reason.")
    if response.status == TOO_MANY_REQUESTS or response.status >= 500:
        text = f"The server is temporarily unable to do this ({response.status}): {message}"
        raise Unreachable(text, reason(error))
    raise Rejected(f"The server responded with {response.status}: {message}", reason(error))


def _error(response: HttpResponse) -> dict[str, Any]:
    """Return the `error` object of a response, or an empty object."""
    try:
        error = json.loads(response.body)["error"]
    except (LookupError, RecursionError, TypeError, ValueError):
        return {}
    return error if isinstance(error, dict) else {}
