"""HTML pages, rendered under the strict policy that every one of them carries."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import Flask, Response, current_app, make_response, render_template

# Scripts and styles by nonce, never 'self': what a callback responds with lives on the same origin.
# Frames show blobs alone: previews, which are under this policy, too.
# Images are data alone: the icon; what is captured is drawn on a canvas.
# connect-src is open because the page resends requests to a developer's own servers. trusted-types
# names Lit's one policy.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'nonce-{nonce}'",
        "style-src 'nonce-{nonce}'",
        "connect-src *",
        "frame-src blob:",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors {ancestors}",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html",
    )
)


_KEYWORDS = ("none", "self")


def register(app: Flask, frame_ancestors: Sequence[str]) -> None:
    """Let pages of the app be framed by those: `none`, or `self` and origins."""
    sources = [f"'{source}'" if source in _KEYWORDS else source for source in frame_ancestors]
    app.config["FRAME_ANCESTORS"] = " ".join(sources)


def page(template: str, **context: object) -> Response:
    """The rendered template; it gets `nonce`, which its scripts and style sheets must carry."""
    nonce = secrets.token_urlsafe(16)
    response = make_response(render_template(template, nonce=nonce, **context))
    ancestors = current_app.config["FRAME_ANCESTORS"]
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce, ancestors=ancestors)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # The address holds the callback's UUID, which is all that it takes to see its requests.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
