"""Guard the pages and the API of a callback: the operator's policy, and the view key."""

from __future__ import annotations

from flask import Blueprint, request

from webhook_logger.access import Access
from webhook_logger.callbacks import VIEW_KEY_HEADER, may_watch
from webhook_logger.errors import Reason, Refusal


def guard_api(blueprint: Blueprint, access: Access) -> None:
    """Refuse addresses and callbacks that this server does not serve, and requests to a private
    callback without its view key in `Webhook-View-Key`.

    `OPTIONS` only returns the methods of the path, and needs no key.
    """

    @blueprint.before_request
    def check() -> None:
        if request.method == "OPTIONS":
            return
        uuid = _uuid()
        access.check_address(request.remote_addr or "")
        access.check(uuid)
        if not may_watch(uuid, request.headers.get(VIEW_KEY_HEADER)):
            raise Refusal(Reason.PRIVATE)


def guard_pages(blueprint: Blueprint, access: Access) -> None:
    """Refuse the pages of callbacks, and to addresses, that this server does not serve."""

    @blueprint.before_request
    def check() -> None:
        access.check_address(request.remote_addr or "")
        if uuid := _uuid():
            access.check(uuid)


def _uuid() -> str:
    """Return the UUID in the request's path, or an empty string without one."""
    return str((request.view_args or {}).get("uuid", ""))
