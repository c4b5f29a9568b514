"""The reply of a callback as JSON: `GET`, `PUT` and `DELETE /api/callbacks/<uuid>/reply`."""

from __future__ import annotations

from uuid import UUID

import orjson
from flask import Blueprint, Response, request

from webhook_logger.access import Access
from webhook_logger.delivery import Delivery, StoredReply
from webhook_logger.errors import Reason, Refusal
from webhook_logger.rates import Rates
from webhook_logger.reply import COUNTERS, Reply, ReplyError, read_stored
from webhook_logger.views.guards import guard_api
from webhook_logger.views.queue import queue

MAX_JSON_BYTES = 512 * 1024
"""Maximum body: room for the largest reply with each character as a six-character escape."""
CHANGES_SECONDS = 60.0

_PATH = "/api/callbacks/<uuid:uuid>/reply"


def make_replies(
    delivery: Delivery, access: Access, max_changes_per_minute: int, callbacks: str
) -> Blueprint:
    """Make the API. The maximum changes are per address and worker; 0 for no limit.

    `callbacks` is the base URL of the host for callbacks, or empty if the API shares it.
    """
    replies = Blueprint("replies", __name__)
    guard_api(replies, access)
    changes = Rates(max_changes_per_minute, CHANGES_SECONDS)

    @replies.after_request
    def name_callback(response: Response) -> Response:
        if callbacks and request.view_args:
            url = f"{callbacks}/{request.view_args['uuid']}"
            response.headers["Webhook-Callback-Url"] = url
        return response

    @replies.get(_PATH)
    def show(uuid: UUID) -> Response:
        if not access.replies:
            return _shown(Reply())
        with queue():
            return _shown(_reply_of(delivery.get_reply(str(uuid))))

    @replies.put(_PATH)
    def change(uuid: UUID) -> Response:
        access.check_replies()
        _count(changes)
        reply = _read_reply()
        with queue():
            delivery.set_reply(str(uuid), _stored(reply))
        return _shown(reply)

    @replies.delete(_PATH)
    def reset(uuid: UUID) -> Response:
        _count(changes)
        with queue():
            delivery.set_reply(str(uuid), None)
        return Response(status=204)

    return replies


def _count(changes: Rates) -> None:
    seconds = changes.take(request.remote_addr or "")
    if seconds:
        raise Refusal(Reason.REPLY_CHANGE_RATE_EXCEEDED, retry_after=seconds)


def _read_reply() -> Reply:
    text = request.stream.read(MAX_JSON_BYTES + 1)
    if len(text) > MAX_JSON_BYTES:
        too_large = f"A reply can have at most {MAX_JSON_BYTES:,} bytes of JSON."
        raise Refusal(Reason.REPLY_TOO_LARGE, too_large)
    try:
        return Reply.from_json(text)
    except ReplyError as error:
        raise Refusal(Reason.REPLY_INVALID, str(error), field=error.field) from None


def _stored(reply: Reply) -> StoredReply:
    wire = reply.to_wire()
    text = orjson.dumps({name: wire[name] for name in wire if name not in COUNTERS}).decode()
    return StoredReply(text, reply.times, reply.left)


def _reply_of(stored: StoredReply | None) -> Reply:
    return read_stored(stored.reply).counted(*stored[1:]) if stored else Reply()


def _shown(reply: Reply) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(reply.to_wire()), 200, headers, content_type="application/json")
