"""The operator's endpoint: `GET /api/operator/top`, behind a token."""

from __future__ import annotations

import hmac
import os
import socket
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from webhook_logger.errors import Reason, Refusal
from webhook_logger.top import MINUTE, TEN_MINUTES, Counts, TopList

MAX_ENTRIES = 20
"""Maximum entries of a list in the response."""

ViewersOf = Callable[[str], int]
"""Returns the number of a callback's viewers on this worker."""


def make_operator(token: str | None, top: TopList | None, viewers_of: ViewersOf) -> Blueprint:
    """Make the endpoint. Without a token, it responds like a path that does not exist."""
    operator = Blueprint("operator", __name__)

    @operator.after_request
    def add_headers(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        if response.status_code == Reason.OPERATOR_TOKEN_NEEDED.status:
            response.headers["WWW-Authenticate"] = 'Bearer realm="operator"'
        return response

    @operator.get("/api/operator/top")
    def show() -> Response:
        if token is None or top is None:
            raise Refusal(Reason.NOT_FOUND)
        if not _is_operator(token):
            raise Refusal(Reason.OPERATOR_TOKEN_NEEDED)
        return jsonify(
            worker=f"{socket.gethostname()}:{os.getpid()}",
            minute=_window(top, MINUTE, viewers_of),
            ten_minutes=_window(top, TEN_MINUTES, viewers_of),
        )

    return operator


def _is_operator(token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    # Compare both parts always, and in constant time.
    is_token = hmac.compare_digest(given.strip().encode(), token.encode())
    return is_token and scheme.lower() == "bearer"


def _window(top: TopList, slices: int, viewers_of: ViewersOf) -> dict[str, Any]:
    window, seconds = top.last(slices)

    def callbacks(counts: Counts, unit: str) -> list[dict[str, Any]]:
        return [
            {"uuid": uuid, unit: count, "viewers": viewers_of(uuid)}
            for uuid, count in counts.top(MAX_ENTRIES)
        ]

    addresses = window.addresses.top(MAX_ENTRIES)
    return {
        "seconds": round(seconds, 1),
        "requests": window.requests.total,
        "bytes": window.bytes.total,
        "callbacks_by_requests": callbacks(window.requests, "requests"),
        "callbacks_by_bytes": callbacks(window.bytes, "bytes"),
        "addresses": [{"address": address, "requests": count} for address, count in addresses],
        "refused": {reason.word: count for reason, count in window.refused.most_common()},
        "missing": {
            "requests": window.requests.error,
            "bytes": window.bytes.error,
            "addresses": window.addresses.error,
        },
    }
