"""Separate hosts for callbacks and the dashboard.

A browser sends the cookies and the credentials of a host to every path of it. So a dashboard behind
a log-in must not share its host with callbacks: a link to another person's callback would send
them there. With two hosts, a request for a callback is captured only on the callbacks' host.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from webhook_logger.callbacks import UUID_PATTERN
from webhook_logger.errors import Reason, Refusal, error_headers, error_json
from webhook_logger.memo import Memo

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

HEALTH = ("/healthz", "/readyz")
"""Paths for every host, because balancers use the address of a worker as the host."""
OPERATION = ("/metrics", "/api/operator/top")
"""Paths for every host except that of callbacks, which is public: operators ask each worker."""

_CALLBACK = re.compile(f"/{UUID_PATTERN}(?:/|\\Z)")
_PORT = re.compile(r":[0-9]*\Z")
_ONLY_CALLBACKS = "This host serves only callbacks, at /UUID and its subpaths."
_NO_CALLBACKS = "This host does not serve callbacks. Use the callback's own URL."
_UNKNOWN = "This server does not serve this host."


class Hosts(NamedTuple):
    """The base URLs of the two hosts, without a slash at the end; empty for one shared host."""

    callbacks: str
    dashboard: str

    def refusal(self, host: str, path: str) -> Refusal | None:
        """Return why a path, without the prefix, is not served on this host; None if it is.

        `host` is the value of `Host`. Its port is ignored, as browsers do when they send cookies.
        """
        if path in HEALTH:
            return None
        name = _NAMES[host]
        if name == _HOSTS[self.callbacks]:
            return None if _CALLBACK.match(path) else _refusal(_ONLY_CALLBACKS)
        if path in OPERATION:
            return None
        if name == _HOSTS[self.dashboard]:
            return _refusal(_NO_CALLBACKS) if _CALLBACK.match(path) else None
        return _refusal(_UNKNOWN)

    @property
    def may_share_cookies(self) -> bool:
        """Return whether the hosts have the same last two labels, as `a.x.com` and `b.x.com` have.

        Only the Public Suffix List knows whether a cookie can be valid for both.
        """
        one, other = map(_host_of, self)
        are_names = bool(one and other) and not (_is_address(one) or _is_address(other))
        return are_names and one.split(".")[-2:] == other.split(".")[-2:]


def make_hosts(callback_url: str, dashboard_url: str, prefix: str) -> Hosts:
    """Return the two hosts of the settings. Raises `ValueError` with a message."""
    if not callback_url and not dashboard_url:
        return Hosts("", "")
    if not callback_url or not dashboard_url:
        raise ValueError("The settings CALLBACK_URL and DASHBOARD_URL must be set together.")
    for name, url in (("CALLBACK_URL", callback_url), ("DASHBOARD_URL", dashboard_url)):
        if urlsplit(url).path not in ("", prefix):
            raise ValueError(f"The path of the setting {name} must be empty or equal URL_PREFIX.")
    hosts = Hosts(*(_with_path(url, prefix) for url in (callback_url, dashboard_url)))
    one, other = map(_host_of, hosts)
    if one == other:
        raise ValueError(
            "The settings CALLBACK_URL and DASHBOARD_URL must have different hosts. Another port "
            "is not enough: browsers send cookies to every port of a host."
        )
    if one.endswith(f".{other}") or other.endswith(f".{one}"):
        raise ValueError(
            "The host of CALLBACK_URL or of DASHBOARD_URL is a subdomain of the other one, so a "
            "cookie can be valid for both. Use hosts on different registrable domains."
        )
    return hosts


def separate(
    application: Application, hosts: Hosts, report: Callable[[str, Reason], None]
) -> Application:
    """Respond with 421 to requests that are for the other host, and report their targets.

    Returns the application itself if the hosts are not separate.
    """
    if not hosts.callbacks:
        return application

    def separating(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        refusal = hosts.refusal(environ.get("HTTP_HOST", ""), environ["PATH_INFO"])
        if refusal is None:
            return application(environ, start_response)
        report(environ["RAW_URI"], refusal.reason)
        body = error_json(refusal).encode()
        headers = {**error_headers(refusal), "Cache-Control": "no-store"}
        start_response("421 Misdirected Request", list(headers.items()))
        return [body]

    return separating


def name_of(host: str) -> str:
    """Return the host in lower case, without its port and the dot at its end."""
    return _PORT.sub("", host).lower().rstrip(".")


def _host_of(url: str) -> str:
    return name_of(urlsplit(url).netloc)


_NAMES = Memo(name_of, entries=1024, size=256)  # most requests have the same hosts
_HOSTS = Memo(_host_of, entries=16, size=1024)  # of the settings


def _with_path(url: str, prefix: str) -> str:
    return url.removesuffix(prefix) + prefix


def _refusal(message: str) -> Refusal:
    return Refusal(Reason.WRONG_HOST, message)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
