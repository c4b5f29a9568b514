"""One error shape: `{"error": {"code", "name", "reason", "message"}}`.

A browser gets a page that says the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from math import ceil
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from webhook_logger.reasons import Reason, reason_of_status
from webhook_logger.views.pages import page


class Refusal(HTTPException):
    """A refused request, for a reason of the registry.

    `message` replaces the reason's own sentence in the answer, where it can say more.
    """

    def __init__(
        self, reason: Reason, message: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message or reason.meaning)
        self.code = reason.status
        self.reason = reason
        self._retry_after = retry_after

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """The headers that go with it; werkzeug asks."""
        headers = super().get_headers(*args, **kwargs)
        if self._retry_after is not None:
            headers.append(("Retry-After", str(ceil(self._retry_after))))
        return headers


def reason_of(error: HTTPException) -> Reason:
    """The reason of any HTTP error, those of libraries included."""
    return error.reason if isinstance(error, Refusal) else reason_of_status(error.code or 500)


def error_json(error: HTTPException) -> str:
    """The one error shape as JSON text."""
    fields = {
        "code": error.code,
        "name": error.name,
        "reason": reason_of(error).word,
        "message": error.description,
    }
    return json.dumps({"error": fields}, ensure_ascii=False)


def error_headers(error: HTTPException) -> dict[str, str]:
    """The headers that go with `error_json`: its type, and what the error brings along."""
    return {**dict(error.get_headers()), "Content-Type": "application/json"}


def register(app: Flask, report: Callable[[str, Reason], None]) -> None:
    """Answer every error of the app in that shape, and report its target and its reason; an
    unforeseen exception is a 500 by then.
    """

    def answer(error: HTTPException) -> Response:
        report(request.environ.get("RAW_URI", request.path), reason_of(error))
        return _answer(error)

    app.register_error_handler(HTTPException, answer)


def _answer(error: HTTPException) -> Response:
    headers = error_headers(error)
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) != "text/html":
        return Response(error_json(error), error.code, headers)
    response = page("error.html", code=error.code, name=error.name, message=error.description)
    response.status_code = error.code or 500
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
