"""Handle every error of the app: respond in the one error shape, or with an error page."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from webhook_logger.errors import Reason, error_headers, error_json, message_of, reason_of
from webhook_logger.views.pages import page


def register(app: Flask, report: Callable[[str, Reason], None]) -> None:
    """Respond to every error of the app, and report the request's target and the reason.

    Flask has already converted an uncaught exception to a 500.
    """

    def refuse(error: HTTPException) -> Response:
        report(request.environ.get("RAW_URI", request.path), reason_of(error))
        return error_response(error)

    app.register_error_handler(HTTPException, refuse)


def error_response(error: HTTPException) -> Response:
    """Return the error as JSON, or as a page for a browser."""
    headers = error_headers(error)
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) != "text/html":
        return Response(error_json(error), error.code, headers)
    response = page("error.html", code=error.code, name=error.name, message=message_of(error))
    response.status_code = error.code or 500
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
