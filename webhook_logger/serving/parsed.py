"""Header values that libraries may parse: short ones.

Some of their parsers take quadratic time (Werkzeug's of `Accept`), and any of them may in its next
version. Callbacks don't need this: what reaches them is captured, and read by no library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

MAX_PARSED_CHARACTERS = 1024
_COMPARED = ("HTTP_ORIGIN",)
"""Never parsed, and who leaves it out may do more than who sends a wrong one."""


def only_short(application: Application) -> Application:
    """Hide header values that are too long to be parsed, as if they had not been sent."""

    def hiding(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        for key in [key for key in environ if key.startswith(("HTTP_", "CONTENT_"))]:
            if len(environ[key]) > MAX_PARSED_CHARACTERS and key not in _COMPARED:
                del environ[key]
        return application(environ, start_response)

    return hiding
