"""Which response headers a callback's user may set: all but those that act beyond the response.

The server refuses the others, and the client leaves them out. They go by families, because each of
these programs obeys more headers of its family than one list knows.
"""

from __future__ import annotations

_NAMES = frozenset(
    (
        # The server's own, on each answer of a callback
        *("cache-control", "content-security-policy", "content-security-policy-report-only"),
        *("webhook-viewers", "x-content-type-options"),
        # Framing, and the connection (RFC 9110, section 7.6.1)
        *("connection", "content-length", "date", "http2-settings", "keep-alive", "te", "trailer"),
        *("transfer-encoding", "upgrade"),
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
    # Any proxy
    *("proxy-", "x-proxy-"),
)
_CDN_CACHING = "-cdn-cache-control"  # RFC 9213, section 3.1, behind the name of a network


def may_set(name: str) -> bool:
    """Whether a reply, or an answer to one request, may have a header of this name."""
    lower = name.lower()
    return not (lower in _NAMES or lower.startswith(_FAMILIES) or lower.endswith(_CDN_CACHING))
