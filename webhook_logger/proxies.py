"""Who is believed: the trusted proxies in front, and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.middleware.proxy_fix import ProxyFix

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

# What deploy/nginx adds, and what it sets in the environ.
_BALANCER = {
    "webhook-logger-client": "REMOTE_ADDR",
    "webhook-logger-scheme": "wsgi.url_scheme",
    "webhook-logger-request-id": "webhook_logger.request_id",
}


def believe(application: Application, balancer_headers: str, trusted_proxies: int) -> Application:
    """Set the environ's address, scheme and host to what those in front say that are believed.

    With `webhook-logger` that is our own balancer. With `x-forwarded` it is so many trusted
    proxies, counted from the right end of `X-Forwarded-For`, `-Proto` and `-Host`.
    """
    if balancer_headers == "webhook-logger":
        return _believe_balancer(application)
    if not trusted_proxies:
        return application
    count = trusted_proxies
    return ProxyFix(application, x_for=count, x_proto=count, x_host=count)


def _believe_balancer(application: Application) -> Application:
    def believing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        senders = []
        for line in environ["headers_raw"]:
            key = _BALANCER.get(line[0].lower())
            if key:
                environ[key] = line[1]  # and not shown: the sender did not send it
            else:
                senders.append(line)
        environ["headers_raw"] = tuple(senders)
        return application(environ, start_response)

    return believing
