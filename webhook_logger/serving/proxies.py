"""Take a request's address, scheme and host from the headers of trusted proxies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any, NamedTuple

from webhook_logger.memo import Memo

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# Headers that deploy/nginx adds, and the environ key that each one sets.
_BALANCER = {
    "webhook-logger-client": "REMOTE_ADDR",
    "webhook-logger-scheme": "wsgi.url_scheme",
    "webhook-logger-request-id": "webhook_logger.request_id",
}
# Some proxies send ws or wss for a WebSocket.
_SCHEMES = ("http", "https", "ws", "wss")
# RFC 3986, section 3.2.2, the forms that a Host can have.
_HOST = re.compile(r"(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_MAX_ADDRESS_CHARACTERS = 64
"""Room for an IPv6 address with an interface name. The limits per address store each address."""
_ADDRESS = re.compile(r"\[([^\]]+)\](?::[0-9]+)?|([0-9.]+)(?::[0-9]+)?")


class Trusted(NamedTuple):
    """Number of proxies in front that set each header. Each header has its own number: when no
    proxy sets a header, the sender has set it.
    """

    address: int = 0
    """`X-Forwarded-For`"""
    scheme: int = 0
    """`X-Forwarded-Proto`"""
    host: int = 0
    """`X-Forwarded-Host`"""


def trust_proxies(application: Application, balancer_headers: str, trusted: Trusted) -> Application:
    """Set the environ's address, scheme and host to the values that trusted proxies report.

    `webhook-logger` trusts the headers of `deploy/nginx`. `x-forwarded` trusts a number of proxies,
    counted from the right end of each header.
    """
    if balancer_headers == "webhook-logger":
        return _trust_balancer(application)
    if not any(trusted):
        return application
    return _trust_forwarded(application, trusted)


def _trust_forwarded(application: Application, trusted: Trusted) -> Application:
    """Trust proxies without Werkzeug's ProxyFix. ProxyFix parses quoted strings, so that a sender's
    quotation mark hides the values of the proxies, and it accepts invalid addresses.
    """

    def trusting(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        address = _NORMAL_ADDRESSES[_from_right(environ, "HTTP_X_FORWARDED_FOR", trusted.address)]
        scheme = _from_right(environ, "HTTP_X_FORWARDED_PROTO", trusted.scheme).lower()
        host = _from_right(environ, "HTTP_X_FORWARDED_HOST", trusted.host)
        if address:
            environ["REMOTE_ADDR"] = address
        if scheme in _SCHEMES:
            environ["wsgi.url_scheme"] = scheme
        if _HOST.fullmatch(host):
            environ["HTTP_HOST"] = host
        return application(environ, start_response)

    return trusting


def _from_right(environ: Environ, key: str, count: int) -> str:
    """Return the value that the outermost trusted proxy added, or `""` if there are too few."""
    if not count:
        return ""
    values = environ.get(key, "").rsplit(",", count)
    return values[-count].strip(" \t") if len(values) >= count else ""


def _address(value: str) -> str:
    """Return the IP address without its port, IPv4-mapped ones as IPv4, or `""` if invalid."""
    if len(value) > _MAX_ADDRESS_CHARACTERS:
        return ""
    match = _ADDRESS.fullmatch(value)
    bare = (match[1] or match[2]) if match else value
    try:
        address = ip_address(bare)
        return str(getattr(address, "ipv4_mapped", None) or address)
    except ValueError:
        return ""


_NORMAL_ADDRESSES = Memo(_address, entries=1024, size=_MAX_ADDRESS_CHARACTERS)  # parsing is slow


def _balancer_key(name: str) -> str:
    """Return the environ key that the balancer's header sets, or `""` for another header."""
    return _BALANCER.get(name.lower(), "")


_BALANCER_KEYS = Memo(_balancer_key, entries=1024, size=64)  # most requests have the same names


def _trust_balancer(application: Application) -> Application:
    def trusting(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        from_sender = []
        for line in environ["headers_raw"]:
            if key := _BALANCER_KEYS[line[0]]:
                environ[key] = line[1]  # not captured: the sender did not send it
            else:
                from_sender.append(line)
        environ["headers_raw"] = tuple(from_sender)
        return application(environ, start_response)

    return trusting
