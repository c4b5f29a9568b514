"""A responder's response to one request, as JSON."""

from __future__ import annotations

import logging

import orjson

from webhook_logger.reply import fields
from webhook_logger.reply.fields import BodyTooLarge, ReplyError
from webhook_logger.reply.value import RESPONSE_FIELDS, Reply, read_reply, response_wire

log = logging.getLogger(__name__)


def response_from_json(text: bytes | str, max_body_bytes: int) -> Reply:
    """Parse a responder's response to one request: a reply with only status, headers and body.

    Raises `ReplyError` or its subclass `BodyTooLarge`.
    """
    response = read_reply(fields.parse_json(text), "a response", RESPONSE_FIELDS)
    if len(response.body) > max_body_bytes:
        raise BodyTooLarge(f"must have at most {max_body_bytes:,} bytes.", "body")
    return response


def response_to_json(response: Reply) -> str:
    """Serialize a response for the worker whose sender waits for it."""
    wire = response_wire(response)
    return orjson.dumps({name: wire[name] for name in RESPONSE_FIELDS}).decode()


def read_response(text: str) -> Reply:
    """Return the response that `response_to_json` serialized.

    Return the default if another release on the same queue sent a response that is invalid here.
    """
    try:
        return read_reply(fields.parse_json(text), "a response", RESPONSE_FIELDS)
    except ReplyError as error:
        log.warning("Ignored an invalid response of a responder: %s", error)
        return Reply()
