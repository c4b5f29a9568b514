"""What of a target's response can be the callback's reply: status, body, and most header lines."""

from __future__ import annotations

from webhook_logger.client.http import Answer
from webhook_logger.client.relayed import OF_THE_CONNECTION, Headers, named_by_connection

OF_ONE_CONNECTION = OF_THE_CONNECTION | {"content-length", "date"}
"""Each server makes its own of these; nobody misses them."""

NOT_IN_A_REPLY = frozenset(
    (
        *("x-content-type-options", "content-security-policy", "cache-control", "webhook-viewers"),
        *("content-security-policy-report-only", "date", "content-length", "transfer-encoding"),
        *("connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"),
        *("proxy-authenticate", "proxy-authentication-info", "set-cookie", "set-cookie2"),
        *("clear-site-data", "strict-transport-security", "nel", "report-to"),
        *("reporting-endpoints", "alt-svc", "service-worker-allowed", "accept-ch"),
        *("accept-ch-lifetime", "critical-ch", "set-login", "public-key-pins"),
        *("sec-session-registration", "secure-session-registration", "expect-ct"),
        *("x-sendfile", "x-lighttpd-send-file", "x-reproxy-url"),
    )
)
"""What the server does not let a reply set, in lower case; a test holds it to the server's list."""

NO_PREFIX_IN_A_REPLY = "x-accel-"


def reply_headers(answer: Answer) -> tuple[Headers, list[str]]:
    """The header lines that can go on, and the names of those that are missed; those of one
    connection are not.
    """
    of_this = OF_ONE_CONNECTION | named_by_connection(answer.headers)
    lines = [line for line in answer.headers if line[0].lower() not in of_this]
    kept = tuple(line for line in lines if _is_allowed(line[0].lower()))
    return kept, [name for name, _ in lines if not _is_allowed(name.lower())]


def _is_allowed(name: str) -> bool:
    return name not in NOT_IN_A_REPLY and not name.startswith(NO_PREFIX_IN_A_REPLY)
