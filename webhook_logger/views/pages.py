"""Render HTML pages with a strict Content-Security-Policy."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import Flask, Response, current_app, make_response, render_template

# Scripts and styles need a nonce, never 'self': responses of callbacks have the same origin.
# Frames show only blobs: previews, which inherit this policy.
# Sounds and films are blobs too, which open in a new tab that inherits this policy.
# Images are only data URLs: the icon. Captured images are drawn on a canvas.
# connect-src is open because the page resends requests to a developer's own servers.
# trusted-types allows only Lit's policy.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'nonce-{nonce}'",
        "style-src 'nonce-{nonce}'",
        "connect-src *",
        "frame-src blob:",
        "img-src data:",
        "media-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors {ancestors}",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html",
    )
)


_KEYWORDS = ("none", "self")


def register(app: Flask, frame_ancestors: Sequence[str]) -> None:
    """Set the origins that can embed pages in a frame: `none`, or `self` and origins."""
    sources = [f"'{source}'" if source in _KEYWORDS else source for source in frame_ancestors]
    app.config["FRAME_ANCESTORS"] = " ".join(sources)


def page(template: str, **context: object) -> Response:
    """Render a template. Its scripts and style sheets must have the variable `nonce`."""
    nonce = secrets.token_urlsafe(16)
    response = make_response(render_template(template, nonce=nonce, **context))
    ancestors = current_app.config["FRAME_ANCESTORS"]
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce, ancestors=ancestors)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # The URL contains the callback's UUID, which is enough to see the requests of an open callback.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
