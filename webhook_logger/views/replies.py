"""The replies of callbacks as JSON: `GET`, `PUT` and `DELETE /api/callbacks/<uuid>/reply`."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import orjson
from flask import Blueprint, Response, request

from webhook_logger.delivery import Delivery, Kept
from webhook_logger.errors import Reason, Refusal
from webhook_logger.rates import Rates
from webhook_logger.reply import Reply, ReplyError, read_kept
from webhook_logger.views.queue import queue

MAX_JSON_BYTES = 512 * 1024
"""The largest body, each character of it written as an escape of six."""
CHANGES_SECONDS = 60.0

_PATH = "/api/callbacks/<uuid:uuid>/reply"


def make_replies(delivery: Delivery, max_changes_per_minute: int) -> Blueprint:
    """The API; one address may change replies so often on this worker, 0 for any number."""
    replies = Blueprint("replies", __name__)
    changes = Rates(max_changes_per_minute, CHANGES_SECONDS)

    @replies.get(_PATH)
    def show(uuid: UUID) -> Response:
        with queue():
            return _shown(_reply_of(delivery.get_reply(str(uuid))))

    @replies.put(_PATH)
    def change(uuid: UUID) -> Response:
        _count(changes)
        reply = _asked_for()
        with queue():
            delivery.set_reply(str(uuid), _kept(reply))
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


def _asked_for() -> Reply:
    text = request.stream.read(MAX_JSON_BYTES + 1)
    if len(text) > MAX_JSON_BYTES:
        too_large = f"A reply is {MAX_JSON_BYTES:,} bytes of JSON at most."
        raise Refusal(Reason.REPLY_TOO_LARGE, too_large)
    try:
        return Reply.from_json(text)
    except ReplyError as error:
        raise Refusal(Reason.REPLY_INVALID, str(error), field=error.field) from None


def _kept(reply: Reply) -> Kept:
    wire = {name: value for name, value in reply.to_wire().items() if name != "times"}
    return Kept(orjson.dumps(wire).decode(), reply.times)


def _reply_of(kept: Kept | None) -> Reply:
    return replace(read_kept(kept.reply), times=kept.times) if kept else Reply()


def _shown(reply: Reply) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(reply.to_wire()), 200, headers, content_type="application/json")
