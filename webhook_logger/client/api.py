"""The HTTP API of one callback."""

from __future__ import annotations

import json
import ssl
from typing import Any
from urllib.parse import quote

from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.client.address import Address
from webhook_logger.client.errors import Rejected, Unreachable
from webhook_logger.client.http import Headers, Http, HttpResponse
from webhook_logger.client.stream.wire import brief, reason

_TOO_LATE = "too_late"
TOO_MANY_REQUESTS = 429
_JSON = (("Content-Type", "application/json"),)


class Api:
    """Set the callback's reply, and respond to its requests."""

    def __init__(self, address: Address, tls: ssl.SSLContext | None, timeout: float) -> None:
        self._url = address.api_url
        self._http = Http(timeout=timeout, tls=tls)

    def set_reply(
        self, status: int, headers: Headers, body: bytes | str, delay: float, times: int | None
    ) -> None:
        """Set the callback's reply. Raises `Rejected` or `Unreachable`."""
        reply = {**_response(status, headers, body), "delay": delay, "times": times}
        _raise_for_status(self._send("PUT", "reply", reply))

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
        self, method: str, request: CapturedRequest, payload: dict[str, Any] | None = None
    ) -> bool:
        response = self._send(method, f"requests/{quote(request.id, safe='')}/response", payload)
        if response.status >= 300 and reason(_error(response)) == _TOO_LATE:
            return False
        _raise_for_status(response)
        return True

    def _send(self, method: str, path: str, payload: dict[str, Any] | None = None) -> HttpResponse:
        body = json.dumps(payload).encode() if payload is not None else b""
        return self._http.send(method, f"{self._url}/{path}", _JSON if body else (), body)


def _response(status: int, headers: Headers, body: bytes | str) -> dict[str, Any]:
    content = body.encode() if isinstance(body, str) else body
    wire = Body(content, len(content)).to_wire()
    return {
        "status": status,
        "headers": [list(line) for line in headers],
        "body": {"encoding": wire["encoding"], "content": wire["content"]},
    }


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
