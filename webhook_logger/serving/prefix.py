"""Everything below a path prefix, as WSGI knows it: as `SCRIPT_NAME`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

NOWHERE = "/\0"
"""A path that is no view's."""


def below(prefix: str, application: Application) -> Application:
    """The application at this prefix, such as `/hooks`; what is outside is no view's.

    As sent, a path keeps it: `RAW_URI` stays what it was.
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
