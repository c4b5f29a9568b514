"""One error shape: `{"error": {"code": 404, "name": "Not Found", "message": "…"}}`.

A browser gets a page that says the same.
"""

from __future__ import annotations

import json

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from webhook_logger.pages import page


def error_json(error: HTTPException) -> str:
    """The one error shape as JSON text."""
    fields = {"code": error.code, "name": error.name, "message": error.description}
    return json.dumps({"error": fields}, ensure_ascii=False)


def error_headers(error: HTTPException) -> dict[str, str]:
    """The headers that go with `error_json`: its type, and what the error brings along."""
    return {**dict(error.get_headers()), "Content-Type": "application/json"}


def register(app: Flask) -> None:
    """Answer every error of the app in that shape; an unforeseen exception is a 500 by then."""
    app.register_error_handler(HTTPException, _answer)


def _answer(error: HTTPException) -> Response:
    headers = error_headers(error)
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) != "text/html":
        return Response(error_json(error), error.code, headers)
    response = page("error.html", code=error.code, name=error.name, message=error.description)
    response.status_code = error.code or 500
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response
