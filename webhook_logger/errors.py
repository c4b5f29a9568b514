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


def register(app: Flask) -> None:
    """Answer every error of the app in that shape; an unforeseen exception is a 500 by then."""
    app.register_error_handler(HTTPException, _answer)


def _answer(error: HTTPException) -> Response:
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        response = page("error.html", code=error.code, name=error.name, message=error.description)
    else:
        response = Response(error_json(error), content_type="application/json")
    response.status_code = error.code or 500
    # What an error brings along of itself: Allow, Retry-After.
    for name, value in error.get_headers():
        response.headers.setdefault(name, value)
    return response
