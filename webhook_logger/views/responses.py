"""The responder's response to one request: `/api/callbacks/<uuid>/requests/<id>/response`.

`POST` sends the response; `DELETE` declines to respond.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from webhook_logger.access import Access
from webhook_logger.delivery import Delivery
from webhook_logger.errors import Reason, Refusal
from webhook_logger.reply import (
    BodyTooLarge,
    Reply,
    ReplyError,
    response_from_json,
    response_to_json,
)
from webhook_logger.views.guards import guard_api
from webhook_logger.views.queue import queue

JSON_BYTES_PER_BYTE = 6
"""Maximum size in JSON, where a byte can be a six-character escape."""
MAX_HEAD_BYTES = 64 * 1024
"""Maximum size in JSON of the status and the header lines."""

_PATH = "/api/callbacks/<uuid:uuid>/requests/<id>/response"


def make_responses(delivery: Delivery, access: Access, max_body_bytes: int) -> Blueprint:
    """Make the API. Unlike changes of replies, responses need no limit per address: each one is
    sent to one waiting sender and is not stored, and waiting senders are limited.
    """
    responses = Blueprint("responses", __name__)
    guard_api(responses, access)

    @responses.post(_PATH)
    def respond(uuid: UUID, id: str) -> Response:  # `id`: the contract's name
        access.check_replies()
        given = response_to_json(_read_response(max_body_bytes))
        with queue():
            if not delivery.respond(str(uuid), id, given):
                raise Refusal(Reason.TOO_LATE)
        return Response(status=204)

    @responses.delete(_PATH)
    def decline(uuid: UUID, id: str) -> Response:
        with queue():
            if not delivery.decline(str(uuid), id):
                raise Refusal(Reason.TOO_LATE)
        return Response(status=204)

    return responses


def _read_response(max_body_bytes: int) -> Reply:
    limit = JSON_BYTES_PER_BYTE * max_body_bytes + MAX_HEAD_BYTES
    text = request.stream.read(limit + 1)
    if len(text) > limit:
        too_large = f"A response can have at most {limit:,} bytes of JSON."
        raise Refusal(Reason.REPLY_TOO_LARGE, too_large)
    try:
        return response_from_json(text, max_body_bytes)
    except BodyTooLarge as error:
        raise Refusal(Reason.REPLY_TOO_LARGE, str(error), field=error.field) from None
    except ReplyError as error:
        raise Refusal(Reason.REPLY_INVALID, str(error), field=error.field) from None
