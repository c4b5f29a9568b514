"""Protect the API of private callbacks: a request needs the view key in `Webhook-View-Key`."""

from __future__ import annotations

from flask import request

from webhook_logger.callbacks import VIEW_KEY_HEADER, may_watch
from webhook_logger.errors import Reason, Refusal


def require_view_key() -> None:
    """Refuse a request to a private callback without its view key. Raises `Refusal`.

    Use it with `Blueprint.before_request`, so that it protects every view of the blueprint.
    `OPTIONS` only returns the methods of the path, and needs no key.
    """
    uuid = str((request.view_args or {})["uuid"])
    if request.method != "OPTIONS" and not may_watch(uuid, request.headers.get(VIEW_KEY_HEADER)):
        raise Refusal(Reason.PRIVATE)
