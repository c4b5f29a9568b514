"""HTML pages, rendered under the strict policy that every one of them carries."""

from __future__ import annotations

import secrets

from flask import Response, make_response, render_template

# Scripts and styles by nonce, never 'self': what a callback answers lives on the same origin.
# connect-src is open because the page resends requests to a developer's own servers. trusted-types
# names Lit's one policy.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'nonce-{nonce}'",
        "style-src 'nonce-{nonce}'",
        "connect-src *",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types lit-html",
    )
)


def page(template: str, **context: object) -> Response:
    """The rendered template; it gets `nonce`, which its scripts and style sheets must carry."""
    nonce = secrets.token_urlsafe(16)
    response = make_response(render_template(template, nonce=nonce, **context))
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    # The address holds the callback's UUID, which is all that it takes to see its requests.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
