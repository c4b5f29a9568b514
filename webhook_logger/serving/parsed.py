"""Hide the headers of a request from libraries, except the needed ones with a short value.

Some parsers take quadratic time (Werkzeug's for `Accept`), and others may do so in their next
version. Engine.IO keeps the environ of a session until the session ends. No library parses the
headers of requests to callbacks, so these are not restricted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

MAX_PARSED_CHARACTERS = 1024
_RAW = ("headers_raw", "trailers_raw")
_NEEDED = frozenset(
    (
        *("CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_HOST", "HTTP_TRANSFER_ENCODING"),
        *("HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH"),
        *("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "HTTP_ACCESS_CONTROL_REQUEST_METHOD"),
        *("HTTP_CONNECTION", "HTTP_UPGRADE"),
        *("HTTP_SEC_WEBSOCKET_KEY", "HTTP_SEC_WEBSOCKET_VERSION"),
        "HTTP_WEBHOOK_VIEW_KEY",
    )
)
_OPERATOR = "/api/operator/"
"""Only these paths may read `Authorization`, which can contain the password of a proxy's user."""


def only_needed(application: Application) -> Application:
    """Remove other headers and long values from the environ, before the application sees it."""

    def hiding(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        for key in [key for key in environ if key in _RAW or not _may_be_read(environ, key)]:
            del environ[key]
        return application(environ, start_response)

    return hiding


def _may_be_read(environ: Environ, key: str) -> bool:
    if not key.startswith(("HTTP_", "CONTENT_")):
        return True
    if key in ("HTTP_ORIGIN", "HTTP_LAST_EVENT_ID"):
        # Only compared with a short form. Removing a wrong value would allow more than keeping it.
        environ[key] = environ[key][: MAX_PARSED_CHARACTERS + 1]
        return True
    is_needed = key in _NEEDED or (
        key == "HTTP_AUTHORIZATION" and environ["PATH_INFO"].startswith(_OPERATOR)
    )
    return is_needed and len(environ[key]) <= MAX_PARSED_CHARACTERS
