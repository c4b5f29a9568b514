"""The reply of a callback as a value, and its validation."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from webhook_logger.captured import Body
from webhook_logger.headers import HeaderLines
from webhook_logger.memo import Memo
from webhook_logger.reply.headers import header_lines

MAX_BODY_BYTES = 64 * 1024
MAX_DELAY_SECONDS = 30
MAX_TIMES = 1_000_000
STATUSES_WITHOUT_BODY = (204, 205, 304)

MAX_STRUCTURE_BYTES = 64 * 1024
"""Maximum size of untrusted JSON outside of its strings: brackets, commas, numbers, blanks."""
_MAX_QUOTES = 1000

Fields = dict[str, Callable[[object], Any]]
"""For each field, the function that converts its JSON value.

It raises `ValueError`; the message continues after the field's name.
"""

log = logging.getLogger(__name__)


class ReplyError(ValueError):
    """The reply is invalid. The message is for the user and begins with the field's name."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message if field is None else f"{field}: {message}")
        self.field = field
        """The invalid field; None if the whole reply is invalid."""


class BodyTooLarge(ReplyError):
    """The body is too large, and the rest is valid."""


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

    @classmethod
    def from_json(cls, text: bytes | str) -> Reply:
        """Parse and validate a reply. Missing fields get their defaults. Raises `ReplyError`."""
        return _read(text, "a reply", _FIELDS)

    def to_wire(self) -> dict[str, Any]:
        """Return the reply as a JSON value with all fields."""
        body = Body(self.body, len(self.body)).to_wire()
        return {
            "status": self.status,
            "headers": [list(line) for line in self.headers],
            "body": {"encoding": body["encoding"], "content": body["content"]},
            "delay": self.delay,
            "times": self.times,
            "cors": self.cors,
        }


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


def _read(text: bytes | str, kind: str, fields: Fields) -> Reply:
    """Parse JSON that can only have these fields. Raises `ReplyError`."""
    if isinstance(text, bytes) and len(text) > MAX_STRUCTURE_BYTES:
        _check_structure(text)
    try:
        wire = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ReplyError(f"This is not JSON: {error}.") from None
    if not isinstance(wire, dict):
        raise ReplyError(f"{kind.capitalize()} must be a JSON object.")
    unknown = set(wire) - set(fields)
    if unknown:
        raise ReplyError(f"not a field of {kind}. Use {', '.join(fields)}.", min(unknown))
    reply = Reply(**{name: _checked(name, value, fields) for name, value in wire.items()})
    if reply.body and reply.status in STATUSES_WITHOUT_BODY:
        raise ReplyError(f"must be empty for a response with status {reply.status}.", "body")
    return reply


def _check_structure(text: bytes) -> None:
    """Refuse JSON that consists of more than a few strings, before it is parsed.

    Parsing millions of empty lists would block the worker for half a second.
    """
    # JSON has backslashes only in strings.
    unescaped = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    pieces = unescaped.split(b'"', _MAX_QUOTES)
    structure = sum(map(len, pieces[::2]))
    if len(pieces) > _MAX_QUOTES or structure > MAX_STRUCTURE_BYTES:
        raise ReplyError(
            f"This JSON can have at most {MAX_STRUCTURE_BYTES:,} bytes outside of strings, and at "
            f"most {_MAX_QUOTES // 2} strings."
        )


def _checked(name: str, value: object, fields: Fields) -> Any:
    try:
        return fields[name](value)
    except ValueError as error:
        raise ReplyError(f"{error}.", name) from None


def _whole(value: object, minimum: int, maximum: int) -> int:
    if type(value) is float and value.is_integer():
        value = int(value)  # 200.0 is an integer, too (JSON Schema 2020-12, section 4.2.3)
    # Not isinstance: a bool is an int.
    if type(value) is not int or not minimum <= value <= maximum:
        raise ValueError(f"must be a whole number from {minimum} to {maximum}")
    return value


def _status(value: object) -> int:
    return _whole(value, 200, 599)


def _times(value: object) -> int | None:
    return None if value is None else _whole(value, 1, MAX_TIMES)


def _delay(value: object) -> float:
    if type(value) not in (int, float) or not 0 <= value <= MAX_DELAY_SECONDS:  # type: ignore[operator]
        raise ValueError(f"must be a number of seconds from 0 to {MAX_DELAY_SECONDS}")
    return float(value)  # type: ignore[arg-type]


def _cors(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError("must be true or false")
    return value


def _body(value: object) -> bytes:
    content = _whole_body(value)
    if len(content) > MAX_BODY_BYTES:
        raise ValueError(f"must have at most {MAX_BODY_BYTES:,} bytes")
    return content


def _whole_body(value: object) -> bytes:
    if not isinstance(value, dict) or set(value) != {"encoding", "content"}:
        raise ValueError('must look like {"encoding": "utf-8", "content": "…"}')
    return _decoded(value["encoding"], value["content"])


def _decoded(encoding: object, content: object) -> bytes:
    if not isinstance(content, str):
        raise ValueError("content must be a string")
    if encoding == "utf-8":
        return content.encode()
    if encoding != "base64":
        raise ValueError("encoding must be utf-8 or base64")
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("content is not base64") from None


_FIELDS: Fields = {
    "status": _status,
    "headers": header_lines,
    "body": _body,
    "delay": _delay,
    "times": _times,
    "cors": _cors,
}
_RESPONSE_FIELDS: Fields = {"status": _status, "headers": header_lines, "body": _whole_body}
