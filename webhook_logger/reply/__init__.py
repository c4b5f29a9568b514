"""Replies and responses of callbacks as values, and the validation of replies."""

from webhook_logger.reply.fields import BodyTooLarge, ReplyError
from webhook_logger.reply.live_response import read_response, response_from_json, response_to_json
from webhook_logger.reply.response import (
    ANY_ORIGIN,
    CallbackResponse,
    accepted,
    allowed_origin,
    path_response,
    preflight_headers,
    refused,
    replied,
)
from webhook_logger.reply.value import (
    COUNTERS,
    Reply,
    read_stored,
)

__all__ = [
    "ANY_ORIGIN",
    "COUNTERS",
    "BodyTooLarge",
    "CallbackResponse",
    "Reply",
    "ReplyError",
    "accepted",
    "allowed_origin",
    "path_response",
    "preflight_headers",
    "read_response",
    "read_stored",
    "refused",
    "replied",
    "response_from_json",
    "response_to_json",
]
