"""Everything below a path prefix, as WSGI knows it: as `SCRIPT_NAME`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

NOWHERE = "/\0"
"""A path that no view has."""


def below(prefix: str, application: Application) -> Application:
    """Serve the application below a prefix, such as `/hooks`; paths outside of it get `404`.

    `RAW_URI` keeps the path as sent, with the prefix.
    """
    if not prefix:
        return application

    def dispatching(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        is_inside = path == prefix or path.startswith(prefix + "/")
        environ["SCRIPT_NAME"] = prefix
        environ["PATH_INFO"] = path[len(prefix) :] if is_inside else NOWHERE
        return application(environ, start_response)

    return dispatching
