"""Trusted proxies: which forwarded headers are believed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any, NamedTuple

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# What deploy/nginx adds, and what it sets in the environ.
_BALANCER = {
    "webhook-logger-client": "REMOTE_ADDR",
    "webhook-logger-scheme": "wsgi.url_scheme",
    "webhook-logger-request-id": "webhook_logger.request_id",
}
# Some proxies give a WebSocket's own.
_SCHEMES = ("http", "https", "ws", "wss")
# RFC 3986, section 3.2.2, as far as a Host needs it.
_HOST = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_MAX_ADDRESS_CHARACTERS = 64
"""An IPv6 address with the name of an interface; others are counted and kept by it."""
_ADDRESS = re.compile(r"\[([^\]]+)\](?::[0-9]+)?|([0-9.]+)(?::[0-9]+)?")


class Trusted(NamedTuple):
    """How many proxies in front set each header. A header that none of them sets is the sender's
    own, so each has a number of its own.
    """

    address: int = 0
    """`X-Forwarded-For`"""
    scheme: int = 0
    """`X-Forwarded-Proto`"""
    host: int = 0
    """`X-Forwarded-Host`"""


def believe(application: Application, balancer_headers: str, trusted: Trusted) -> Application:
    """Set the environ's address, scheme and host to what trusted proxies report.

    `webhook-logger` believes the headers of `deploy/nginx`. `x-forwarded` believes a number of
    proxies, counted from the right end of each header.
    """
    if balancer_headers == "webhook-logger":
        return _believe_balancer(application)
    if not any(trusted):
        return application
    return _believe_proxies(application, trusted)


def _believe_proxies(application: Application, trusted: Trusted) -> Application:
    """Believe proxies without Werkzeug's ProxyFix: that reads quoted strings, so that a sender's
    quotation mark, on the left, hides the values of proxies; and it accepts what is no address.
    """

    def believing(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        address = _address(_from_right(environ, "HTTP_X_FORWARDED_FOR", trusted.address))
        scheme = _from_right(environ, "HTTP_X_FORWARDED_PROTO", trusted.scheme).lower()
        host = _from_right(environ, "HTTP_X_FORWARDED_HOST", trusted.host)
        if address:
            environ["REMOTE_ADDR"] = address
        if scheme in _SCHEMES:
            environ["wsgi.url_scheme"] = scheme
        if _HOST.fullmatch(host):
            environ["HTTP_HOST"] = host
        return application(environ, start_response)

    return believing


def _from_right(environ: Environ, key: str, count: int) -> str:
    """Return the value of the outermost trusted proxy; empty where there are fewer values."""
    if not count:
        return ""
    values = environ.get(key, "").rsplit(",", count)
    return values[-count].strip(" \t") if len(values) >= count else ""


def _address(value: str) -> str:
    """Return the IP address without its port, and IPv4 as such; empty where it is no address."""
    if len(value) > _MAX_ADDRESS_CHARACTERS:
        return ""
    match = _ADDRESS.fullmatch(value)
    bare = (match[1] or match[2]) if match else value
    try:
        address = ip_address(bare)
        return str(getattr(address, "ipv4_mapped", None) or address)
    except ValueError:
        return ""


def _believe_balancer(application: Application) -> Application:
    def believing(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
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
