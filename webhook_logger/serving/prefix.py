"""Serve an application under a path prefix, as WSGI's `SCRIPT_NAME`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

UNROUTABLE_PATH = "/\0"
"""A path that matches no view."""


def mount(prefix: str, application: Application) -> Application:
    """Serve the application under a prefix, such as `/hooks`; other paths get `404`.

    `RAW_URI` keeps the path as sent, with the prefix.
    """
    if not prefix:
        return application

    def dispatching(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        is_inside = path == prefix or path.startswith(prefix + "/")
        environ["SCRIPT_NAME"] = prefix
        environ["PATH_INFO"] = path[len(prefix) :] if is_inside else UNROUTABLE_PATH
        return application(environ, start_response)

    return dispatching
