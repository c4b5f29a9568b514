"""The reply of a callback as a value, and its validation."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson

from webhook_logger.captured import Body, CapturedRequest
from webhook_logger.headers import HeaderLines
from webhook_logger.memo import Memo
from webhook_logger.reply import fields
from webhook_logger.reply.fields import MAX_BODY_BYTES, Fields, ReplyError
from webhook_logger.reply.headers import MAX_HEADER_BYTES, header_lines
from webhook_logger.reply.reply_template import MAX_EXPRESSIONS, ReplyTemplate
from webhook_logger.reply.request_match import RequestMatch
from webhook_logger.reply.request_values import RequestValues

STATUSES_WITHOUT_BODY = (204, 205, 304)
MAX_RULES = 32
MAX_MATCH_BYTES = 16 * 1024
MAX_SEQUENCE = 100
"""Maximum entries of a sequence."""

log = logging.getLogger(__name__)


class ReplyRule(NamedTuple):
    """The response to requests that match."""

    match: RequestMatch
    response: Reply


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
    rules: tuple[ReplyRule, ...] = ()
    """The first one that matches a request is used instead of the rest of the reply."""
    sequence: tuple[int | Reply, ...] = ()
    """Responses that are sent one after the other, the last one for all further requests. A number
    is this reply with another status.
    """
    used: int = 0
    """Number of entries of the sequence that were sent."""

    @classmethod
    def from_json(cls, text: bytes | str) -> Reply:
        """Parse and validate a reply. Missing fields get their defaults. Raises `ReplyError`."""
        reply = read_reply(fields.parse_json(text), "a reply", _FIELDS)
        _check_size(reply)
        if reply.used > len(reply.sequence):
            raise ReplyError("must not be larger than the number of entries in sequence.", "used")
        return reply

    def to_wire(self) -> dict[str, Any]:
        """Return the reply as a JSON value, without the optional fields that are not set."""
        wire = {**response_wire(self), "times": self.times, "cors": self.cors}
        if self.template:
            wire["template"] = True
        if self.rules:
            wire["rules"] = [
                {"match": match.wire, **_part_wire(response)} for match, response in self.rules
            ]
        if self.sequence:
            wire["sequence"] = [
                _part_wire(entry) if isinstance(entry, Reply) else entry for entry in self.sequence
            ]
            wire["used"] = self.used
        return wire

    @property
    def left(self) -> int | None:
        """Return the number of entries of the sequence that were not sent; None without one."""
        return len(self.sequence) - self.used if self.sequence else None

    def counted(self, times: int | None, left: int | None) -> Reply:
        """Return the stored reply with its counters."""
        return replace(self, times=times, used=0 if left is None else len(self.sequence) - left)

    def for_request(self, request: CapturedRequest, left: int | None = None) -> Reply:
        """Return the response to a request, with the request's values filled in.

        `left` is the number of entries of the sequence that were not sent before.
        """
        if not (self.rules or self.sequence or self.template):
            return self
        values = RequestValues(request)
        chosen = self._ruled(values) or (self._entry(left) if self.sequence else self)
        if chosen.template:
            headers, body = chosen.template.fill(values)
            chosen = replace(chosen, headers=headers, body=body, template=None)
        return replace(chosen, cors=self.cors)

    def _ruled(self, values: RequestValues) -> Reply | None:
        """Return the response of the first rule that matches."""
        return next((rule.response for rule in self.rules if rule.match.holds(values)), None)

    def _entry(self, left: int | None) -> Reply:
        """Return the next entry of the sequence, or the last one if none is left."""
        last = len(self.sequence) - 1
        entry = self.sequence[0 if left is None else min(last + 1 - left, last)]
        if isinstance(entry, Reply):
            return entry
        if entry in STATUSES_WITHOUT_BODY:
            return replace(self, status=entry, body=b"", template=None)
        return replace(self, status=entry)


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


# Wire form


def response_wire(reply: Reply) -> dict[str, Any]:
    """Return the wire form of the fields that every kind of response has."""
    body = Body(reply.body, len(reply.body)).to_wire()
    return {
        "status": reply.status,
        "headers": [list(line) for line in reply.headers],
        "body": {"encoding": body["encoding"], "content": body["content"]},
        "delay": reply.delay,
    }


def _part_wire(part: Reply) -> dict[str, Any]:
    """Return the wire form of a response that is a part of a reply."""
    wire = response_wire(part)
    return {**wire, "template": True} if part.template else wire


def read_reply(wire: object, kind: str, known: Fields) -> Reply:
    """Read a JSON object that can only have these fields. Raises `ReplyError`."""
    return _with_fields(fields.read_fields(wire, kind, known))


def _with_fields(found: dict[str, Any]) -> Reply:
    is_template = found.pop("template", False)
    reply = Reply(**found)
    if reply.body and reply.status in STATUSES_WITHOUT_BODY:
        raise ReplyError(f"must be empty for a response with status {reply.status}.", "body")
    if not is_template:
        return reply
    return replace(reply, template=ReplyTemplate.parse(reply.headers, reply.body))


def _sequence(value: object) -> tuple[int | Reply, ...]:
    def entry(value: object) -> int | Reply:
        return _part(value) if isinstance(value, dict) else fields.status(value)

    return fields.numbered(value, "entry", MAX_SEQUENCE, entry)


def _rules(value: object) -> tuple[ReplyRule, ...]:
    return fields.numbered(value, "rule", MAX_RULES, _rule)


def _rule(value: object) -> ReplyRule:
    found = fields.read_fields(value, "a rule", {"match": RequestMatch.from_json, **_PART_FIELDS})
    if "match" not in found:
        raise ReplyError("is missing. Use {} for every request.", "match")
    return ReplyRule(found.pop("match"), _with_fields(found))


def _used(value: object) -> int:
    return fields.whole_number(value, 0, MAX_SEQUENCE)


def _part(value: object) -> Reply:
    return read_reply(value, "a response in a reply", _PART_FIELDS)


def _check_size(reply: Reply) -> None:
    """Check the limits of a reply and all its parts together. Raises `ReplyError`."""
    entries = [entry for entry in reply.sequence if isinstance(entry, Reply)]
    parts = [reply, *(rule.response for rule in reply.rules), *entries]
    lines = [line for part in parts for line in part.headers]
    matches = orjson.dumps([rule.match.wire for rule in reply.rules])
    sizes = (
        (sum(len(part.body) for part in parts), MAX_BODY_BYTES, "bytes in its bodies"),
        (sum(len(n) + len(v) for n, v in lines), MAX_HEADER_BYTES, "bytes in its headers"),
        (
            sum(part.template.expressions for part in parts if part.template),
            MAX_EXPRESSIONS,
            "expressions",
        ),
        (len(matches), MAX_MATCH_BYTES, "bytes in the conditions of its rules"),
    )
    for size, maximum, name in sizes:
        if size > maximum:
            raise ReplyError(f"A reply can have at most {maximum:,} {name}.")


RESPONSE_FIELDS: Fields = {
    "status": fields.status,
    "headers": header_lines,
    "body": fields.any_body,
}
"""The fields of a responder's response."""
_PART_FIELDS: Fields = {
    **RESPONSE_FIELDS,
    "body": fields.body,
    "delay": fields.delay,
    "template": fields.flag,
}
_FIELDS: Fields = {
    **_PART_FIELDS,
    "times": fields.times,
    "cors": fields.flag,
    "rules": _rules,
    "sequence": _sequence,
    "used": _used,
}
COUNTERS = ("times", "used")
"""Fields that the next request can change. They are not a part of the stored text."""
