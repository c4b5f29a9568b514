"""The reply: what a callback answers to the sender, always with these headers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import Response
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException

from webhook_logger.errors import error_headers, error_json

ANSWER_HEADERS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    # Whatever a callback answers cannot act on the dashboard's origin.
    "Content-Security-Policy": "sandbox",
    "Cache-Control": "no-store",
}
PREFLIGHT_SECONDS = "600"

_TOKEN_LIST = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z, \t]+")


def accepted(viewers: int, preflight: Mapping[str, str]) -> Response:
    """The default reply to a request that was published: status 200, empty body."""
    response = Response(headers={**ANSWER_HEADERS, **preflight, "Webhook-Viewers": str(viewers)})
    del response.headers["Content-Type"]  # of nothing
    return response


def refused(error: HTTPException, viewers: int | None = None) -> Response:
    """The answer to a refused request; with `viewers` it was published all the same."""
    headers = {**error_headers(error), **ANSWER_HEADERS}
    if viewers is not None:
        headers["Webhook-Viewers"] = str(viewers)
    return Response(error_json(error), error.code, headers)


def preflight_headers(method: str, headers: Headers) -> dict[str, str]:
    """What a CORS preflight is told, so that the page may then send as it asked.

    Empty when the request with this method and these headers is none. Fetch Standard, section
    3.2.2.
    """
    wanted = headers.get("Access-Control-Request-Method", "")
    if method != "OPTIONS" or "Origin" not in headers or not _TOKEN_LIST.fullmatch(wanted):
        return {}
    answer = {"Access-Control-Allow-Methods": wanted, "Access-Control-Max-Age": PREFLIGHT_SECONDS}
    names = headers.get("Access-Control-Request-Headers", "")
    if _TOKEN_LIST.fullmatch(names):
        # Named and not "*", which stands for all but Authorization.
        answer["Access-Control-Allow-Headers"] = names
    return answer
