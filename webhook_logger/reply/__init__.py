"""What a callback responds with: the reply that its user has set, and any response as a value."""

from webhook_logger.reply.response import (
    ANY_ORIGIN,
    CallbackResponse,
    accepted,
    allowed_origin,
    of_path,
    preflight_headers,
    refused,
    replied,
)
from webhook_logger.reply.value import (
    BodyTooLarge,
    Reply,
    ReplyError,
    given_from_json,
    given_to_json,
    read_given,
    read_kept,
)

__all__ = [
    "ANY_ORIGIN",
    "BodyTooLarge",
    "CallbackResponse",
    "Reply",
    "ReplyError",
    "accepted",
    "allowed_origin",
    "given_from_json",
    "given_to_json",
    "of_path",
    "preflight_headers",
    "read_given",
    "read_kept",
    "refused",
    "replied",
]
