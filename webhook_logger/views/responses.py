"""`POST /api/callbacks/<uuid>/requests/<id>/response`: what a responder gives for one request.
`DELETE`: the responder gives nothing.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from webhook_logger.delivery import Delivery
from webhook_logger.errors import Reason, Refusal
from webhook_logger.reply import (
    BodyTooLarge,
    Reply,
    ReplyError,
    given_from_json,
    given_to_json,
)
from webhook_logger.views.queue import queue

CHARACTERS_OF_A_BYTE = 6
"""In JSON, where each is written as an escape."""
BYTES_BESIDE_THE_BODY = 64 * 1024
"""For status and header lines, written the same way."""

_PATH = "/api/callbacks/<uuid:uuid>/requests/<id>/response"


def make_responses(delivery: Delivery, max_body_bytes: int) -> Blueprint:
    """The API. A response is not kept, and goes to one sender only, who had to be let in:
    so there is no limit by address here, as there is for replies.
    """
    responses = Blueprint("responses", __name__)

    @responses.post(_PATH)
    def respond(uuid: UUID, id: str) -> Response:  # as the contract names it
        given = given_to_json(_given(max_body_bytes))
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


def _given(max_body_bytes: int) -> Reply:
    most = CHARACTERS_OF_A_BYTE * max_body_bytes + BYTES_BESIDE_THE_BODY
    text = request.stream.read(most + 1)
    if len(text) > most:
        too_large = f"A response is {most:,} bytes of JSON at most."
        raise Refusal(Reason.REPLY_TOO_LARGE, too_large)
    try:
        return given_from_json(text, max_body_bytes)
    except BodyTooLarge as error:
        raise Refusal(Reason.REPLY_TOO_LARGE, str(error), field=error.field) from None
    except ReplyError as error:
        raise Refusal(Reason.REPLY_INVALID, str(error), field=error.field) from None
