"""Open event streams: sessions of viewers that need no Socket.IO client.

The session begins like that of a WebSocket, so `RequestGuard` and `Admission` check it, too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from webhook_logger.viewers.admission import Admission
from webhook_logger.viewers.guard import PATH
from webhook_logger.viewers.origins import Origins
from webhook_logger.viewers.transport import EVENTS, Engine, Opening

Environ = dict[str, Any]

_NOT_KEPT = ("werkzeug.request", "HTTP_WEBHOOK_VIEW_KEY", "HTTP_LAST_EVENT_ID")
"""Socket.IO keeps the environ of a session until it ends."""


class EventStreams:
    """The event streams of this worker."""

    def __init__(self, engineio: Engine, origins: Origins, admission: Admission) -> None:
        self._engineio = engineio
        self._origins = origins
        self._admission = admission

    def check(self, environ: Environ) -> None:
        """Raise `Refusal` if this request cannot open a stream."""
        if refusal := self._origins.refusal(environ):
            raise refusal
        self._admission.check_new(environ.get("REMOTE_ADDR", ""))

    def origin_headers(self, environ: Environ) -> dict[str, str]:
        """Return the headers that let a page of another origin read the response."""
        return self._origins.headers(environ)

    def open(
        self, environ: Environ, auth: dict[str, Any], headers: list[tuple[str, str]]
    ) -> Iterable[bytes]:
        """Serve a viewer until it leaves. Raises `Refusal` before anything is sent.

        `auth` are the fields of Socket.IO's CONNECT, and `headers` those of the response.
        """
        kept = {key: value for key, value in environ.items() if key not in _NOT_KEPT}
        session = {
            **kept,
            "PATH_INFO": PATH,
            "QUERY_STRING": "EIO=4&transport=websocket",
            "HTTP_CONNECTION": "Upgrade",
            "HTTP_UPGRADE": "websocket",
            EVENTS: Opening(headers, json.dumps(auth)),
        }
        return self._engineio.handle_request(session, None)
