"""Header lines: their type, their grammar, and the lists of names that some of them must not have.

A reply may have all headers but those that act beyond the response: the server refuses the others,
and the client leaves them out. They go by families, because each of the programs named below obeys
more headers of its family than one list knows.
"""

from __future__ import annotations

import re

HeaderLines = tuple[tuple[str, str], ...]
"""Names and values in the order, the case and the number that they were sent in."""

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""A header's name, and any other token (RFC 9110, section 5.6.2)."""
FIELD_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""A header's value (RFC 9110, section 5.5)."""

OF_A_CONNECTION = frozenset(
    (
        *("connection", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer"),
        *("transfer-encoding", "upgrade"),
    )
)
"""Headers of one connection (RFC 9110, section 7.6.1), besides those that `Connection` names."""

_NOT_OF_A_REPLY = frozenset(
    (
        # The server's own, on each response of a callback
        *("cache-control", "content-security-policy", "content-security-policy-report-only"),
        *("webhook-viewers", "x-content-type-options"),
        # Framing, and the connection
        *("content-length", "date", *OF_A_CONNECTION),
        # Browsers keep these for the origin, which callbacks share with the dashboard, or ask the
        # person in front of them for a password there.
        *("alt-svc", "clear-site-data", "critical-ch", "expect-ct", "nel", "report-to"),
        *("authentication-control", "authentication-info", "optional-www-authenticate"),
        *("reporting-endpoints", "service-worker-allowed", "set-login"),
        *("strict-transport-security", "use-as-dictionary", "www-authenticate"),
    )
)
_FAMILIES = (
    # Browsers, as above
    *("accept-ch", "public-key-pins", "sec-", "secure-session-", "set-cookie"),
    # nginx: files, rate, buffering and caching; Apache, lighttpd, Perlbal and h2o: files and other
    # servers; LiteSpeed: paths, caching and cookies; Envoy: retries and health
    *("x-accel-", "x-sendfile", "x-lighttpd-", "x-reproxy-", "x-litespeed-", "lsc-", "x-envoy-"),
    # Caches and content delivery networks: Akamai, Cloudflare, Fastly, Netlify, Varnish, Vercel
    *("akamai-", "cache-tag", "cdn-", "cf-", "edge-", "fastly-", "netlify-", "surrogate-"),
    *("x-akamai-", "x-fastly-", "x-middleware-", "x-varnish", "x-vercel-", "xkey"),
    # Platforms: Fly.io sends a request again elsewhere, Google App Engine sends a file
    *("fly-", "x-appengine-"),
    # Any proxy
    *("proxy-", "x-proxy-"),
)
_CDN_CACHING = "-cdn-cache-control"  # RFC 9213, section 3.1, behind the name of a network


def may_set(name: str) -> bool:
    """Whether a reply, or a response to one request, may have a header of this name."""
    lower = name.lower()
    return not (
        lower in _NOT_OF_A_REPLY or lower.startswith(_FAMILIES) or lower.endswith(_CDN_CACHING)
    )
