"""The dashboard: redirect visitors to a new callback, and show the page of a callback."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as AnyResponse

from webhook_logger.access import Access
from webhook_logger.callbacks import new_key, uuid_of_key
from webhook_logger.views.guards import guard_pages
from webhook_logger.views.pages import page


def make_dashboard(access: Access, max_body_bytes: int, callbacks: str) -> Blueprint:
    """Make `/`, `/view/<uuid>` and `/view`. The page shows the server's limit of bodies.

    `callbacks` is the base URL of the host for callbacks, or empty if the dashboard shares it.
    """
    dashboard = Blueprint("dashboard", __name__)
    guard_pages(dashboard, access)
    shown = {
        "callbacks": callbacks,
        "max_body_bytes": max_body_bytes,
        "replies": access.replies,
    }

    @dashboard.get("/")
    def fresh() -> AnyResponse:
        """Redirect the visitor to a new private callback.

        The key is in the fragment, which browsers send to no server. Never log `Location`.
        """
        key = new_key()
        response = redirect(url_for("dashboard.view", uuid=uuid_of_key(key), _anchor=f"key={key}"))
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @dashboard.get("/view/<uuid:uuid>")
    def view(uuid: UUID) -> Response:
        """Show the page of one callback."""
        return page("dashboard.html", uuid=str(uuid), **shown)

    @dashboard.get("/view")
    def linked() -> Response:
        """Show the request in the fragment of the link, which browsers send to no server."""
        return page("dashboard.html", uuid="", **shown)

    return dashboard
