"""The reply of a callback as a value, and its validation."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import orjson

from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.headers import HeaderLines
from webhook_logger.memo import Memo
from webhook_logger.reply import fields
from webhook_logger.reply.fields import BodyTooLarge, Fields, ReplyError
from webhook_logger.reply.headers import header_lines
from webhook_logger.reply.reply_template import MAX_EXPRESSIONS, ReplyTemplate
from webhook_logger.reply.request_values import RequestValues

STATUSES_WITHOUT_BODY = (204, 205, 304)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """The response that a callback's user has configured. Without arguments, the default one."""

    status: int = 200
    """From 200 to 599."""
    headers: HeaderLines = ()
    """Sent in addition to the headers of every response."""
    body: bytes = b""
    delay: float = 0.0
    """Seconds to wait before the response."""
    times: int | None = None
    """Number of further requests that get this reply; None for all."""
    cors: bool = True
    """Whether pages of other origins can read responses, and preflights are allowed."""
    template: ReplyTemplate | None = None
    """The parsed headers and body, if they are templates."""

    @classmethod
    def from_json(cls, text: bytes | str) -> Reply:
        """Parse and validate a reply. Missing fields get their defaults. Raises `ReplyError`."""
        return _read(text, "a reply", _FIELDS)

    def to_wire(self) -> dict[str, Any]:
        """Return the reply as a JSON value. `template` is left out if it has its default."""
        body = Body(self.body, len(self.body)).to_wire()
        return {
            "status": self.status,
            "headers": [list(line) for line in self.headers],
            "body": {"encoding": body["encoding"], "content": body["content"]},
            "delay": self.delay,
            "times": self.times,
            "cors": self.cors,
            **({"template": True} if self.template else {}),
        }

    def for_request(self, request: CapturedRequest) -> Reply:
        """Return the response to a request, with the request's values filled in."""
        if not self.template:
            return self
        headers, body = self.template.fill(RequestValues(request))
        return replace(self, headers=headers, body=body, template=None)


def read_stored(text: str) -> Reply:
    """Return a stored reply.

    Return the default if another release on the same queue stored a reply that is invalid here: a
    published request must not get an error.
    """
    return _REPLIES[text]


def _read_stored(text: str) -> Reply:
    try:
        return Reply.from_json(text)
    except ReplyError as error:
        log.warning("Ignored an invalid stored reply: %s", error)
        return Reply()


_REPLIES = Memo(_read_stored, entries=64, size=16 * 1024)
"""Most callbacks have the same reply for many requests."""


def response_from_json(text: bytes | str, max_body_bytes: int) -> Reply:
    """Parse a responder's response to one request: a reply with only status, headers and body.

    Raises `ReplyError` or its subclass `BodyTooLarge`.
    """
    response = _read(text, "a response", _RESPONSE_FIELDS)
    if len(response.body) > max_body_bytes:
        raise BodyTooLarge(f"must have at most {max_body_bytes:,} bytes.", "body")
    return response


def response_to_json(response: Reply) -> str:
    """Serialize a response for the worker whose sender waits for it."""
    wire = response.to_wire()
    return orjson.dumps({name: wire[name] for name in _RESPONSE_FIELDS}).decode()


def read_response(text: str) -> Reply:
    """Return the response that `response_to_json` serialized.

    Return the default if another release on the same queue sent a response that is invalid here.
    """
    try:
        return _read(text, "a response", _RESPONSE_FIELDS)
    except ReplyError as error:
        log.warning("Ignored an invalid response of a responder: %s", error)
        return Reply()


def _read(text: bytes | str, kind: str, known: Fields) -> Reply:
    """Parse JSON that can only have these fields. Raises `ReplyError`."""
    found = fields.read_fields(fields.parse_json(text), kind, known)
    is_template = found.pop("template", False)
    reply = Reply(**found)
    if reply.body and reply.status in STATUSES_WITHOUT_BODY:
        raise ReplyError(f"must be empty for a response with status {reply.status}.", "body")
    return _with_template(reply) if is_template else reply


def _with_template(reply: Reply) -> Reply:
    template = ReplyTemplate.parse(reply.headers, reply.body)
    if template.expressions > MAX_EXPRESSIONS:
        raise ReplyError(f"a reply can have at most {MAX_EXPRESSIONS} expressions.", "template")
    return replace(reply, template=template)


_RESPONSE_FIELDS: Fields = {
    "status": fields.status,
    "headers": header_lines,
    "body": fields.any_body,
}
_FIELDS: Fields = {
    **_RESPONSE_FIELDS,
    "body": fields.body,
    "delay": fields.delay,
    "times": fields.times,
    "cors": fields.flag,
    "template": fields.flag,
}
