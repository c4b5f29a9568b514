"""Header lines: their type, their grammar, and the names that a reply cannot set.

A reply cannot set headers that act beyond the response: the server rejects them, and the client
removes them. Most are matched by prefix, because the programs named below obey more headers of
each family than a list could name.
"""

from __future__ import annotations

import re

HeaderLines = tuple[tuple[str, str], ...]
"""All names and values, in the order and case in which they were sent."""

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""A header's name, and any other token (RFC 9110, section 5.6.2)."""
FIELD_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""A header's value (RFC 9110, section 5.5)."""

HOP_BY_HOP = frozenset(
    (
        *("connection", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer"),
        *("transfer-encoding", "upgrade"),
    )
)
"""Hop-by-hop headers (RFC 9110, section 7.6.1), besides those that `Connection` lists."""

_FORBIDDEN = frozenset(
    (
        # The server's own, on each response of a callback
        *("cache-control", "content-security-policy", "content-security-policy-report-only"),
        *("webhook-viewers", "x-content-type-options"),
        # Framing and the connection
        *("content-length", "date", *HOP_BY_HOP),
        # Browsers store these for the origin, which callbacks share with the dashboard, or ask the
        # user for a password.
        *("alt-svc", "clear-site-data", "critical-ch", "expect-ct", "nel", "report-to"),
        *("authentication-control", "authentication-info", "optional-www-authenticate"),
        *("reporting-endpoints", "service-worker-allowed", "set-login"),
        *("strict-transport-security", "use-as-dictionary", "www-authenticate"),
    )
)
_FORBIDDEN_PREFIXES = (
    # Browsers, as above
    *("accept-ch", "public-key-pins", "sec-", "secure-session-", "set-cookie"),
    # nginx: files, rate, buffering and caching; Apache, lighttpd, Perlbal and h2o: files and other
    # servers; LiteSpeed: paths, caching and cookies; Envoy: retries and health
    *("x-accel-", "x-sendfile", "x-lighttpd-", "x-reproxy-", "x-litespeed-", "lsc-", "x-envoy-"),
    # Caches and content delivery networks: Akamai, Cloudflare, Fastly, Netlify, Varnish, Vercel
    *("akamai-", "cache-tag", "cdn-", "cf-", "edge-", "fastly-", "netlify-", "surrogate-"),
    *("x-akamai-", "x-fastly-", "x-middleware-", "x-varnish", "x-vercel-", "xkey"),
    # Platforms: Fly.io replays a request on another machine, Google App Engine sends a file
    *("fly-", "x-appengine-"),
    # Any proxy
    *("proxy-", "x-proxy-"),
)
_CDN_CACHING = "-cdn-cache-control"  # RFC 9213, section 3.1, after the name of a CDN


def may_set(name: str) -> bool:
    """Return whether a reply, or a response to one request, may set this header."""
    lower = name.lower()
    return not (
        lower in _FORBIDDEN or lower.startswith(_FORBIDDEN_PREFIXES) or lower.endswith(_CDN_CACHING)
    )
