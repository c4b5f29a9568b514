"""Who is believed: the trusted proxies in front, and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def believe(application: Application, trusted_proxies: int) -> Application:
    """Set the environ's address, scheme and host to what so many trusted proxies say.

    The nearest proxy's values are counted from the right end of `X-Forwarded-For`, `-Proto` and
    `-Host`.
    """
    if not trusted_proxies:
        return application
    count = trusted_proxies
    return ProxyFix(application, x_for=count, x_proto=count, x_host=count)
